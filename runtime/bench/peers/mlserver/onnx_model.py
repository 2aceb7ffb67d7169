"""MLServer comes without a runtime for ONNX: this is its own way of adding one."""

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        uri = self.settings.parameters.uri
        self._session = onnxruntime.InferenceSession(uri, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        tensor = payload.inputs[0]
        if tensor.datatype == "BYTES":
            values = np.array(StringCodec.decode_input(tensor), dtype=object).reshape(tensor.shape)
        else:
            values = NumpyCodec.decode_input(tensor)
        found = self._session.run(self._outputs, {self._input: values})
        outputs = [
            StringCodec.encode_output(name, value.reshape(-1).tolist())
            if value.dtype == object
            else NumpyCodec.encode_output(name, value)
            for name, value in zip(self._outputs, found)
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)
