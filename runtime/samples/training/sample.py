"""Writes a sample model with all that belongs to it: what it is, how it was measured, how its data looked."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

SAMPLES = Path(__file__).resolve().parent.parent
SEED = 20261101

# What every runtime of the last years can load.
OPSETS = [onnx.helper.make_opsetid("", 18), onnx.helper.make_opsetid("ai.onnx.ml", 3)]
IR_VERSION = 8

DATATYPES = {
    "tensor(float)": ("FP32", np.float32),
    "tensor(int64)": ("INT64", np.int64),
    "tensor(bool)": ("BOOL", np.bool_),
    "tensor(string)": ("BYTES", object),
}


@dataclass
class Sample:
    name: str
    version: str
    task: str
    description: str
    inputs: dict
    profile: dict
    measured: dict
    card: str
    labels: list[str] = field(default_factory=list)
    monitoring: dict = field(default_factory=dict)

    def save(self, model: onnx.ModelProto, examples: list[tuple[dict, object]]) -> None:
        """`examples`: rows by input name, with the label (or the rounded value) the model must answer."""
        describe(model, self)
        # Operators that onnx has no schema for have no known types either, and its shape inference needs those.
        onnx.checker.check_model(model, full_check=all(opset.domain != "com.microsoft" for opset in model.opset_import))
        folder = SAMPLES / self.name / self.version
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
        session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
        write_json(folder / "model.json", self.settings())
        write_json(folder / "examples.json", [example(session, rows, expected) for rows, expected in examples])
        (folder / "card.md").write_text(self.card.strip() + "\n")
        size = (folder / "model.onnx").stat().st_size
        print(f"{self.name} {self.version}: {size / 1024:.0f} KB, {self.measured}")

    def settings(self) -> dict:
        monitoring = {**self.monitoring, "referenceProfile": self.profile}
        if self.labels:
            monitoring["labels"] = self.labels
        return {
            "description": self.description,
            "task": self.task,
            "measured": self.measured,
            "batching": {"maxBatch": 32, "latencyBudgetMilliseconds": 100},
            "monitoring": monitoring,
        }


def describe(model: onnx.ModelProto, sample: Sample) -> None:
    properties = {
        "modelyard.task": sample.task,
        "modelyard.description": sample.description,
        "modelyard.inputs": json.dumps(sample.inputs, separators=(",", ":")),
    }
    if sample.labels:
        properties["modelyard.labels"] = json.dumps(sample.labels, separators=(",", ":"))
    onnx.helper.set_model_props(model, properties)
    model.producer_name, model.producer_version, model.domain, model.doc_string = "modelyard-samples", "1", "", ""


def example(session: onnxruntime.InferenceSession, rows: dict, expected: object) -> dict:
    """A v2 infer request of one row that the model was seen to answer as expected."""
    feeds, tensors = {}, []
    for tensor in session.get_inputs():
        datatype, dtype = DATATYPES[tensor.type]
        shape = [1, *tensor.shape[1:]]
        array = np.array(rows[tensor.name], dtype=dtype).reshape(shape)
        feeds[tensor.name] = array
        tensors.append({"name": tensor.name, "datatype": datatype, "shape": shape, "data": array.ravel().tolist()})
    answer = dict(zip([output.name for output in session.get_outputs()], session.run(None, feeds)))
    if "label" in answer:
        got = answer["label"].ravel()[0]
        got = got if isinstance(got, str) else int(got)
        assert got == expected, f"{rows}: {got} instead of {expected}"
        return {"request": {"inputs": tensors}, "expected": {"label": got}}
    return {"request": {"inputs": tensors}, "expected": {"value": round(float(answer["value"].ravel()[0]), 3)}}


def numeric_profile(values: np.ndarray, bins: int = 10) -> dict:
    """Bins of about equally many rows; fewer where values repeat."""
    values = np.asarray(values, dtype=np.float64).ravel()
    edges = np.unique(np.round(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]), 6))
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "shares": np.round(counts / len(values), 6).tolist()}


def categorical_profile(values: np.ndarray) -> dict:
    names, counts = np.unique(values, return_counts=True)
    return {"categories": {str(name): round(count / len(values), 6) for name, count in zip(names, counts)}}


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
