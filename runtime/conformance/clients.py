"""Asks a running runtime with Triton's own clients: every datatype, shapes at the edges, JSON, binary and gRPC.

Usage: clients.py HTTP_HOST_PORT GRPC_HOST_PORT
The models "echo-<datatype>" give back what they get; "judge" scores two classes. Prints one line a check.
"""

import sys
import urllib.request

import ml_dtypes
import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from prometheus_client.parser import text_string_to_metric_families
from tritonclient.utils import InferenceServerException

RANDOM = np.random.default_rng(7)


def integers(kind):
    limits = np.iinfo(kind)
    return lambda shape: RANDOM.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)


def floats(kind):
    def make(shape):
        values = RANDOM.normal(0, 100, shape).astype(kind)
        flat = values.reshape(-1)
        for at, value in enumerate([np.inf, -np.inf, np.nan, 0.0, -0.0][: flat.size]):
            flat[at] = value
        return values

    return make


def texts(shape):
    words = ["", "plain", "Grüße 🌍", 'quotes " and \\', "line\nbreak", "x" * 5000]
    count = int(np.prod(shape))
    return np.array([words[at % len(words)].encode() for at in range(count)], dtype=np.object_).reshape(shape)


def brain_floats(shape):
    return RANDOM.normal(0, 100, shape).astype(ml_dtypes.bfloat16)


MAKERS = {
    "BOOL": lambda shape: RANDOM.integers(0, 2, shape).astype(bool),
    "UINT8": integers(np.uint8),
    "UINT16": integers(np.uint16),
    "UINT32": integers(np.uint32),
    "UINT64": integers(np.uint64),
    "INT8": integers(np.int8),
    "INT16": integers(np.int16),
    "INT32": integers(np.int32),
    "INT64": integers(np.int64),
    "FP16": floats(np.float16),
    "BF16": brain_floats,
    "FP32": floats(np.float32),
    "FP64": floats(np.float64),
    "BYTES": texts,
}

SHAPES = [(1, 2), (3, 2), (0, 2), (100, 2)]


def same(wanted, got):
    if wanted.dtype == np.object_:
        plain = [each.encode() if isinstance(each, str) else each for each in got.reshape(-1)]
        return wanted.shape == got.shape and plain == list(wanted.reshape(-1))
    numbers = wanted.dtype.kind == "f"
    return wanted.shape == got.shape and bool(np.array_equal(wanted, got.astype(wanted.dtype), equal_nan=numbers))


failures = 0
checks = 0


def check(name, condition):
    global failures, checks
    checks += 1
    if not condition:
        failures += 1
    print(f"{'ok  ' if condition else 'FAIL'} {name}")


def expect_error(name, call, words):
    try:
        call()
        check(name, False)
    except InferenceServerException as error:
        check(name, words in error.message())


def infer_http(client, model, values, datatype, binary_in, binary_out):
    tensor = over_http.InferInput("in", list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary_in)
    wanted = over_http.InferRequestedOutput("out", binary_data=binary_out)
    return client.infer(model, [tensor], outputs=[wanted], request_id="r-1").as_numpy("out")


def infer_grpc(client, model, values, datatype):
    tensor = over_grpc.InferInput("in", list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return client.infer(model, [tensor], request_id="r-1").as_numpy("out")


def every_datatype(http, grpc):
    for datatype, make in MAKERS.items():
        model = f"echo-{datatype.lower()}"
        for shape in SHAPES:
            values = make(shape)
            label = f"{datatype} {list(shape)}"
            check(f"http binary {label}", same(values, infer_http(http, model, values, datatype, True, True)))
            check(f"grpc raw {label}", same(values, infer_grpc(grpc, model, values, datatype)))
            if datatype in ("FP16", "BF16"):
                continue  # these clients send halves only as bytes
            if datatype.startswith("FP"):
                values = np.nan_to_num(values, nan=1.5, posinf=2.5, neginf=-2.5)
            check(f"http JSON {label}", same(values, infer_http(http, model, values, datatype, False, False)))
            check(f"http JSON to binary {label}", same(values, infer_http(http, model, values, datatype, False, True)))
            if datatype != "BYTES":
                check(f"http binary to JSON {label}", same(values, infer_http(http, model, values, datatype, True, False)))


def everything_else(http, grpc):
    for name, client in (("http", http), ("grpc", grpc)):
        check(f"{name} server live", client.is_server_live())
        check(f"{name} server ready", client.is_server_ready())
        check(f"{name} model ready", client.is_model_ready("judge") and client.is_model_ready("judge", "1"))
    check("http server metadata", "binary_tensor_data" in http.get_server_metadata()["extensions"])
    check("http model metadata", http.get_model_metadata("judge", "1")["inputs"][0]["shape"] == [-1, 2])
    check("grpc server metadata", grpc.get_server_metadata().name == "modelyard-runtime")
    check("grpc model metadata", list(grpc.get_model_metadata("judge").inputs[0].shape) == [-1, 2])
    check("http repository index", any(each["name"] == "judge" and each["state"] == "READY" for each in http.get_model_repository_index()))
    check("grpc repository index", any(each.name == "judge" for each in grpc.get_model_repository_index().models))
    check("http statistics", http.get_inference_statistics("judge")["model_stats"][0]["name"] == "judge")
    plain = http.get_inference_statistics("echo-fp32", "1")["model_stats"][0]
    counted = grpc.get_inference_statistics("echo-fp32", "1").model_stats[0]
    check("grpc statistics", counted.name == "echo-fp32" and counted.version == "1")
    check("grpc statistics count as over http", counted.inference_count == int(plain["inference_count"]) > 0)
    check("grpc statistics time as over http", counted.inference_stats.queue.ns == plain["inference_stats"]["queue"]["ns"])

    values = np.array([[0.0, 1.0], [2.0, 0.0]], dtype=np.float32)
    for name, client, module in (("http", http, over_http), ("grpc", grpc, over_grpc)):
        tensor = module.InferInput("x", [2, 2], "FP32")
        tensor.set_data_from_numpy(values)
        best = client.infer("judge", [tensor], outputs=[module.InferRequestedOutput("probabilities", class_count=1)])
        rows = [each.decode() if isinstance(each, bytes) else each for each in best.as_numpy("probabilities").reshape(-1)]
        check(f"{name} classification", [row.split(":")[2] for row in rows] == ["yes", "no"])
        tensor = module.InferInput("x", [2, 3], "FP32")
        tensor.set_data_from_numpy(np.zeros((2, 3), dtype=np.float32))
        expect_error(f"{name} wrong shape is explained", lambda: client.infer("judge", [tensor]), 'input "x": wanted shape [-1,2], got [2,3]')
        expect_error(f"{name} unknown model is explained", lambda: client.infer("nobody", [tensor]), "there is no model")

    tensor = over_http.InferInput("x", [2, 2], "FP32")
    tensor.set_data_from_numpy(values)
    for coding in ("gzip", "deflate"):
        packed = http.infer("judge", [tensor], request_compression_algorithm=coding, response_compression_algorithm="gzip")
        check(f"http {coding}", packed.as_numpy("probabilities").shape == (2, 2))
    pending = [http.async_infer("judge", [tensor]) for _ in range(50)]
    check("http fifty at once", all(each.get_result().as_numpy("probabilities").shape == (2, 2) for each in pending))


def metrics(address):
    with urllib.request.urlopen(f"http://{address}/metrics") as answer:
        families = {each.name: each for each in text_string_to_metric_families(answer.read().decode())}
    check("metrics can be read", {"http_requests", "http_request_duration_seconds", "engine_memory_bytes"} <= families.keys())
    durations = families["http_request_duration_seconds"]
    check("metrics have request times", durations.type == "histogram" and any(each.value > 0 for each in durations.samples))


def main():
    http = over_http.InferenceServerClient(sys.argv[1], concurrency=10)
    grpc = over_grpc.InferenceServerClient(sys.argv[2])
    every_datatype(http, grpc)
    everything_else(http, grpc)
    metrics(sys.argv[1])
    print(f"{checks - failures} of {checks} checks passed")
    http.close()
    grpc.close()
    sys.exit(1 if failures else 0)


main()
