"""Iris in two versions, of which the second is better, and handwritten digits; both data sets come with scikit-learn."""

import numpy as np
from onnx import helper
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graphs import build, chain, constant, estimator, value
from sample import SEED, Sample, numeric_profile

SEPALS = [0, 1]
COLUMNS = ["Sepal length", "Sepal width", "Petal length", "Petal width"]


def train_iris() -> None:
    data = load_iris()
    matrix, names = data.data.astype(np.float32), data.target_names.tolist()
    species = np.array(names)[data.target]
    ends = {title: (float(column.min()), float(column.max()), float(np.median(column))) for title, column in zip(COLUMNS, matrix.T)}
    fields = [{"title": title, "unit": "cm", "min": round(low, 1), "max": round(high, 1), "step": 0.1, "default": round(middle, 1)} for title, (low, high, middle) in ends.items()]
    profile = {f"features[{at}]": numeric_profile(column) for at, column in enumerate(matrix.T)}
    rows = [([5.1, 3.5, 1.4, 0.2], "setosa"), ([5.0, 3.4, 1.5, 0.2], "setosa"), ([6.7, 3.1, 5.6, 2.4], "virginica"), ([5.5, 2.4, 3.8, 1.1], "versicolor")]

    for version, used, how in [("1", SEPALS, "the two sepal measures only"), ("2", [0, 1, 2, 3], "all four measures")]:
        model = LogisticRegression(max_iter=2000, random_state=SEED)
        accuracy = round(float(cross_val_score(model, matrix[:, used], species, cv=10).mean()), 4)
        model.fit(matrix[:, used], species)
        pick = build(
            [helper.make_node("Gather", ["features", "used"], ["picked"], axis=1)],
            [value("features", "float", ["batch", 4])],
            [value("picked", "float", ["batch", len(used)])],
            [constant("used", np.array(used, dtype=np.int64))],
        )
        Sample(
            name="iris",
            version=version,
            task="tabular-classification",
            description="Which of three species an iris belongs to.",
            labels=names,
            inputs={"features": {"title": "Measures of the flower", "columns": fields}},
            profile=profile,
            measured={"accuracy": accuracy},
            card=f"""
# Iris {version}

Which of three species an iris belongs to: setosa, versicolor or virginica.

- **Method:** logistic regression over {how}.
- **Data:** the 150 flowers of scikit-learn's iris set.
- **Measured:** accuracy {accuracy:.3f} by ten-fold cross-validation.
- **Input:** `features`, [rows, 4]: sepal length, sepal width, petal length, petal width in cm. **Outputs:** `label`, and `probabilities` of the three.
- **Limits:** {'it confuses versicolor and virginica; version 2 looks at the petals too.' if version == '1' else 'a demonstration; it answers one of the three for any flower.'}
""",
        ).save(chain(pick, estimator(model, len(used), zipmap=False)), [({"features": row}, name) for row, name in rows])


def train_digits() -> None:
    data = load_digits()
    pixels = data.images.reshape(len(data.images), 64).astype(np.float32)
    train, test, train_digits, test_digits = train_test_split(pixels, data.target, test_size=0.25, random_state=SEED, stratify=data.target)
    scaler = StandardScaler(with_std=False)
    network = MLPClassifier(hidden_layer_sizes=(48,), alpha=0.01, max_iter=400, random_state=SEED)
    pipeline = make_pipeline(scaler, network).fit(train, train_digits)
    accuracy = round(float(pipeline.score(test, test_digits)), 4)

    flatten = build(
        [helper.make_node("Flatten", ["image"], ["flat"], axis=1)],
        [value("image", "float", ["batch", 8, 8])],
        [value("flat", "float", ["batch", 64])],
        [],
    )
    right = pipeline.predict(test) == test_digits
    shown = [int(np.flatnonzero((test_digits == digit) & right)[0]) for digit in range(10)]
    Sample(
        name="digits",
        version="1",
        task="image-classification",
        description="Which digit is drawn on a grid of 8 by 8 cells.",
        labels=[str(digit) for digit in range(10)],
        inputs={"image": {"title": "Drawing", "description": "Ink per cell, from none (0) to full (16).", "min": 0, "max": 16, "step": 1, "default": test[shown[3]].tolist()}},
        profile={"image": numeric_profile_of_ink(train)},
        measured={"accuracy": accuracy},
        card=f"""
# Digits 1

Which digit is drawn on a grid of 8 by 8 cells.

- **Method:** a neural network with one hidden layer of 48.
- **Data:** the 1,797 drawings of scikit-learn's digits set, three quarters for training.
- **Measured:** accuracy {accuracy:.3f} on the last quarter.
- **Input:** `image`, [rows, 8, 8], ink from 0 to 16. **Outputs:** `label` (0 to 9), and `probabilities` of the ten.
- **Limits:** a demonstration; strokes should fill the grid, and an empty grid is still called some digit.
""",
    ).save(chain(flatten, estimator(pipeline, 64, zipmap=False)), [({"image": test[at].tolist()}, int(test_digits[at])) for at in shown])


def numeric_profile_of_ink(pixels: np.ndarray) -> dict:
    """Half of all cells are empty, so bins of equal share would not do."""
    edges = np.array([0.5, 2.5, 5.5, 8.5, 11.5, 14.5])
    counts = np.bincount(np.searchsorted(edges, pixels.ravel(), side="right"), minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "shares": np.round(counts / pixels.size, 6).tolist()}


if __name__ == "__main__":
    train_iris()
    train_digits()
