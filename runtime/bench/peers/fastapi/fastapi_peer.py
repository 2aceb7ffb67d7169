"""The peer: FastAPI and onnxruntime as well as we can write them, speaking the same bodies as the runtime.

Run by uvicorn with uvloop and httptools, one or more workers. MODEL is the file to serve, THREADS how many threads one
run may use, HANDLER "async" (the run blocks the loop) or "def" (the run is handed to a thread), BINDING "1" for tensors
bound once instead of a dictionary a run.
"""

import os

import numpy as np
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
INPUT = session.get_inputs()[0].name
OUTPUTS = [output.name for output in session.get_outputs()]
DATATYPES = ["BYTES" if output.type == "tensor(string)" else "FP32" for output in session.get_outputs()]
TEXT = session.get_inputs()[0].type == "tensor(string)"
BINDING = os.environ.get("BINDING") == "1" and not TEXT
THREADED = os.environ.get("HANDLER") == "def"
NAME = "model"

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def run(values):
    if not BINDING:
        return session.run(OUTPUTS, {INPUT: values})
    binding = session.io_binding()
    binding.bind_cpu_input(INPUT, values)
    for name in OUTPUTS:
        binding.bind_output(name, "cpu")
    session.run_with_iobinding(binding)
    return binding.copy_outputs_to_cpu()


def answer_json(outputs):
    return orjson.dumps(
        {
            "model_name": NAME,
            "model_version": "1",
            "outputs": [
                {
                    "name": name,
                    "datatype": datatype,
                    "shape": list(value.shape),
                    "data": value.reshape(-1).tolist() if datatype == "BYTES" else value.reshape(-1),
                }
                for name, datatype, value in zip(OUTPUTS, DATATYPES, outputs)
            ],
        },
        option=orjson.OPT_SERIALIZE_NUMPY,
    )


def raw(datatype, value):
    if datatype == "FP32":
        return value.tobytes()
    texts = [text.encode() for text in value.reshape(-1)]
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)


def infer_json(body):
    tensor = orjson.loads(body)["inputs"][0]
    values = np.array(tensor["data"], dtype=object if TEXT else np.float32).reshape(tensor["shape"])
    return Response(answer_json(run(values)), media_type="application/json")


def infer_binary(body, head):
    tensor = orjson.loads(body[:head])["inputs"][0]
    if TEXT:
        values = np.array([body[head + 4 :].decode()], dtype=object).reshape(tensor["shape"])
    else:
        values = np.frombuffer(body, dtype=np.float32, offset=head).reshape(tensor["shape"])
    outputs = run(values)
    pieces = [raw(datatype, value) for datatype, value in zip(DATATYPES, outputs)]
    text = orjson.dumps(
        {
            "model_name": NAME,
            "model_version": "1",
            "outputs": [
                {
                    "name": name,
                    "datatype": datatype,
                    "shape": list(value.shape),
                    "parameters": {"binary_data_size": len(piece)},
                }
                for name, datatype, value, piece in zip(OUTPUTS, DATATYPES, outputs, pieces)
            ],
        }
    )
    return Response(
        text + b"".join(pieces),
        media_type="application/octet-stream",
        headers={"Inference-Header-Content-Length": str(len(text))},
    )


def infer_body(body, head):
    return infer_json(body) if head is None else infer_binary(body, int(head))


@app.get("/ready")
async def ready():
    return {"status": "ready"}


@app.post("/v2/models/model/infer")
async def infer(request: Request):
    body = await request.body()
    head = request.headers.get("inference-header-content-length")
    # The body of a request can only be awaited: "def" means that the work on it is done in a thread of the pool.
    return await run_in_threadpool(infer_body, body, head) if THREADED else infer_body(body, head)
