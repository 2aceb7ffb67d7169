"""The peer: FastAPI and onnxruntime as well as we can write them, speaking the same bodies as the runtime.

MODEL is the file to serve. Run by uvicorn with uvloop and httptools, one or more workers.
"""

import os

import numpy as np
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
INPUT = session.get_inputs()[0].name
OUTPUTS = [output.name for output in session.get_outputs()]
NAME = "model"

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def answer_json(outputs):
    return orjson.dumps(
        {
            "model_name": NAME,
            "model_version": "1",
            "outputs": [
                {"name": name, "datatype": "FP32", "shape": list(value.shape), "data": value.reshape(-1)}
                for name, value in zip(OUTPUTS, outputs)
            ],
        },
        option=orjson.OPT_SERIALIZE_NUMPY,
    )


@app.get("/ready")
async def ready():
    return {"status": "ready"}


@app.post("/v2/models/model/infer")
async def infer(request: Request):
    body = await request.body()
    length = request.headers.get("inference-header-content-length")
    if length is None:
        tensor = orjson.loads(body)["inputs"][0]
        values = np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])
        return Response(answer_json(session.run(OUTPUTS, {INPUT: values})), media_type="application/json")
    head = int(length)
    tensor = orjson.loads(body[:head])["inputs"][0]
    values = np.frombuffer(body, dtype=np.float32, offset=head).reshape(tensor["shape"])
    outputs = [np.ascontiguousarray(value) for value in session.run(OUTPUTS, {INPUT: values})]
    text = orjson.dumps(
        {
            "model_name": NAME,
            "model_version": "1",
            "outputs": [
                {
                    "name": name,
                    "datatype": "FP32",
                    "shape": list(value.shape),
                    "parameters": {"binary_data_size": value.nbytes},
                }
                for name, value in zip(OUTPUTS, outputs)
            ],
        }
    )
    return Response(
        text + b"".join(value.tobytes() for value in outputs),
        media_type="application/octet-stream",
        headers={"Inference-Header-Content-Length": str(len(text))},
    )
