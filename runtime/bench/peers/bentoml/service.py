"""BentoML as its manual has it: typed numbers or texts in JSON, and plain bytes. MODEL is the file, WORKERS how many."""

import os
from typing import Annotated

import bentoml
import numpy as np
import onnxruntime
from bentoml.validators import ContentType


@bentoml.service(workers=int(os.environ.get("WORKERS", "1")), metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Service:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        tensor = self.session.get_inputs()[0]
        self.input = tensor.name
        self.shape = [1 if isinstance(size, str) or size is None else size for size in tensor.shape]
        self.outputs = [self.session.get_outputs()[-1].name]

    def run(self, values: np.ndarray) -> np.ndarray:
        return self.session.run(self.outputs, {self.input: values})[0]

    @bentoml.api(route="/numbers")
    async def numbers(self, x: np.ndarray) -> np.ndarray:
        return self.run(x.astype(np.float32))

    @bentoml.api(route="/texts")
    async def texts(self, x: list[str]) -> np.ndarray:
        return self.run(np.array(x, dtype=object).reshape(-1, 1))

    @bentoml.api(route="/bytes")
    async def bytes(self, raw: Annotated[bytes, ContentType("application/octet-stream")], /) -> Annotated[bytes, ContentType("application/octet-stream")]:
        return self.run(np.frombuffer(raw, dtype=np.float32).reshape(self.shape)).tobytes()
