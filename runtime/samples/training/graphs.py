"""Small pieces of ONNX graphs that the samples share."""

import onnx
from onnx import TensorProto, helper, numpy_helper
import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

from sample import IR_VERSION, OPSETS

ELEMENTS = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL, "string": TensorProto.STRING}


def value(name: str, element: str, shape: list) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, ELEMENTS[element], shape)


def constant(name: str, array: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def build(nodes, inputs, outputs, initializers, opsets=()) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "model", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[*OPSETS, *opsets], ir_version=IR_VERSION)


def estimator(model, width: int, **options) -> onnx.ModelProto:
    """A scikit-learn estimator over a float matrix called `matrix`, with plain tensors as outputs."""
    converted = to_onnx(
        model,
        initial_types=[("matrix", FloatTensorType([None, width]))],
        target_opset={"": 18, "ai.onnx.ml": 3},
        options={id(model): options} if options else None,
    )
    converted.ir_version = IR_VERSION
    # The converter names the oldest set that would do; parts can only be joined when they name the same.
    del converted.opset_import[:]
    converted.opset_import.extend(OPSETS)
    return converted


def mixed_front(fields: dict[str, str], categories: dict[str, list[str]]) -> onnx.ModelProto:
    """Separately named inputs of mixed types, each [batch, 1], joined into one float matrix; texts become one-hot."""
    nodes, columns = [], []
    for name, element in fields.items():
        column = f"{name}_column"
        if element == "string":
            nodes.append(helper.make_node("OneHotEncoder", [name], [f"{name}_hot"], domain="ai.onnx.ml", cats_strings=categories[name], zeros=1))
            nodes.append(helper.make_node("Squeeze", [f"{name}_hot", "axis"], [column]))
        else:
            nodes.append(helper.make_node("Cast", [name], [column], to=TensorProto.FLOAT))
        columns.append(column)
    nodes.append(helper.make_node("Concat", columns, ["joined"], axis=1))
    width = sum(len(categories[name]) if element == "string" else 1 for name, element in fields.items())
    inputs = [value(name, element, ["batch", 1]) for name, element in fields.items()]
    initializers = [constant("axis", np.array([1], dtype=np.int64))] if categories else []
    return build(nodes, inputs, [value("joined", "float", ["batch", width])], initializers)


def chain(front: onnx.ModelProto, back: onnx.ModelProto) -> onnx.ModelProto:
    """Feeds the front's only output into the back's input `matrix`."""
    back = onnx.compose.add_prefix(back, "model_", rename_inputs=False, rename_outputs=False)
    joined = onnx.compose.merge_models(front, back, io_map=[(front.graph.output[0].name, "matrix")])
    joined.ir_version = IR_VERSION
    return joined


def rename_outputs(model: onnx.ModelProto, names: dict[str, str]) -> onnx.ModelProto:
    for node in model.graph.node:
        for at, output in enumerate(node.output):
            node.output[at] = names.get(output, output)
        for at, used in enumerate(node.input):
            node.input[at] = names.get(used, used)
    for output in model.graph.output:
        output.name = names.get(output.name, output.name)
    return model
