"""Two tabular samples over generated data: customer churn (classification) and house prices (regression)."""

import numpy as np
from onnx import TensorProto, helper
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.metrics import f1_score, mean_absolute_error, r2_score, roc_auc_score

from graphs import chain, estimator, mixed_front, rename_outputs
from sample import SEED, Sample, categorical_profile, numeric_profile

CONTRACTS = ["month-to-month", "one-year", "two-year"]
AREAS = ["centre", "harbour", "hillside", "suburb"]


def one_hot(values: np.ndarray, names: list[str]) -> np.ndarray:
    return (values[:, None] == np.array(names)[None, :]).astype(np.float32)


def churn_rows(dice: np.random.Generator, count: int) -> tuple[dict, np.ndarray]:
    contract = dice.choice(CONTRACTS, count, p=[0.55, 0.25, 0.2])
    tenure = np.minimum(72, dice.gamma(1.6, 16, count) + 6 * (contract != CONTRACTS[0])).astype(np.int64)
    charges = np.round(np.clip(dice.normal(65, 24, count), 18, 120), 2)
    tickets = np.minimum(12, dice.poisson(1.3, count)).astype(np.int64)
    paperless = dice.random(count) < 0.6
    pull = -0.6 - 0.055 * tenure + 0.022 * (charges - 65) + 0.55 * tickets + 0.3 * paperless
    pull += np.select([contract == CONTRACTS[0], contract == CONTRACTS[1]], [0.9, -0.5], -1.4)
    leaves = dice.random(count) < 1 / (1 + np.exp(-1.4 * pull))
    return {"tenure_months": tenure, "monthly_charges": charges, "support_tickets": tickets, "contract": contract, "paperless": paperless}, leaves


def churn_matrix(rows: dict) -> np.ndarray:
    numbers = [rows[name].astype(np.float32)[:, None] for name in ("tenure_months", "monthly_charges", "support_tickets")]
    return np.hstack([*numbers, one_hot(rows["contract"], CONTRACTS), rows["paperless"].astype(np.float32)[:, None]])


def train_churn() -> None:
    rows, leaves = churn_rows(np.random.default_rng(SEED), 8000)
    test_rows, test_leaves = churn_rows(np.random.default_rng(SEED + 1), 4000)
    classifier = GradientBoostingClassifier(n_estimators=80, max_depth=3, learning_rate=0.1, random_state=SEED)
    labels = ["stays", "leaves"]
    classifier.fit(churn_matrix(rows), leaves.astype(np.int64))
    chance = classifier.predict_proba(churn_matrix(test_rows))[:, 1]
    measured = {"f1": round(f1_score(test_leaves, chance > 0.5), 4), "areaUnderCurve": round(roc_auc_score(test_leaves, chance), 4)}

    front = mixed_front(
        {"tenure_months": "int64", "monthly_charges": "float", "support_tickets": "int64", "contract": "string", "paperless": "bool"},
        {"contract": CONTRACTS},
    )
    model = rename_outputs(chain(front, estimator(classifier, 7, zipmap=False)), {"label": "label_number"})
    model.graph.initializer.append(helper.make_tensor("label_names", TensorProto.STRING, [2], labels))
    model.graph.node.append(helper.make_node("Gather", ["label_names", "label_number"], ["label"]))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("label", TensorProto.STRING, ["batch"]))

    Sample(
        name="churn-risk",
        version="1",
        task="tabular-classification",
        description="How likely a customer is to leave within the next three months.",
        labels=labels,
        inputs={
            "tenure_months": {"title": "Customer for", "unit": "months", "min": 0, "max": 72, "step": 1, "default": 5},
            "monthly_charges": {"title": "Monthly charges", "unit": "€", "min": 18, "max": 120, "step": 0.5, "default": 79.5},
            "support_tickets": {"title": "Support tickets", "description": "Opened in the last three months.", "min": 0, "max": 12, "step": 1, "default": 3},
            "contract": {"title": "Contract", "values": CONTRACTS, "default": CONTRACTS[0]},
            "paperless": {"title": "Paperless billing", "default": True},
        },
        profile={
            "tenure_months": numeric_profile(rows["tenure_months"]),
            "monthly_charges": numeric_profile(rows["monthly_charges"]),
            "support_tickets": numeric_profile(rows["support_tickets"]),
            "contract": categorical_profile(rows["contract"]),
            "paperless": categorical_profile(np.where(rows["paperless"], "true", "false")),
        },
        monitoring={"riskThresholds": [{"level": "high", "from": 0.7}, {"level": "medium", "from": 0.4}, {"level": "low", "from": 0}]},
        measured=measured,
        card=f"""
# Churn risk 1

How likely a customer is to leave within the next three months: **stays** or **leaves**, with a risk level from the probability of leaving.

- **Method:** gradient boosting, 80 trees of depth 3.
- **Data:** 8,000 generated customers (`training/tabular.py`); nobody's real data.
- **Measured** on 4,000 further generated customers: F1 {measured['f1']:.3f}, area under the curve {measured['areaUnderCurve']:.3f}.
- **Inputs:** five separately named tensors of different types, each [rows, 1]. **Outputs:** `label`, and `probabilities` of staying and leaving.
- **Limits:** a demonstration. An unknown contract counts as none of the three.
""",
    ).save(
        model,
        [
            ({"tenure_months": 2, "monthly_charges": 95.0, "support_tickets": 5, "contract": "month-to-month", "paperless": True}, "leaves"),
            ({"tenure_months": 60, "monthly_charges": 45.0, "support_tickets": 0, "contract": "two-year", "paperless": False}, "stays"),
            ({"tenure_months": 5, "monthly_charges": 79.5, "support_tickets": 3, "contract": "month-to-month", "paperless": True}, "leaves"),
            ({"tenure_months": 30, "monthly_charges": 60.0, "support_tickets": 1, "contract": "one-year", "paperless": True}, "stays"),
        ],
    )


def house_rows(dice: np.random.Generator, count: int) -> tuple[dict, np.ndarray]:
    area = np.round(np.clip(dice.lognormal(4.6, 0.35, count), 25, 320), 1)
    rooms = np.clip(np.round(area / 27 + dice.normal(0, 0.8, count)), 1, 10).astype(np.int64)
    age = dice.integers(0, 110, count)
    place = dice.choice(AREAS, count, p=[0.25, 0.15, 0.2, 0.4])
    distance = np.round(np.select([place == AREAS[0], place == AREAS[1]], [0.8, 2.5], 7.0) * dice.gamma(4, 0.25, count), 1)
    per_metre = np.select([place == AREAS[0], place == AREAS[1], place == AREAS[2]], [5.2, 4.9, 4.1], 3.0)
    price = area * per_metre + 9 * rooms - 0.9 * np.minimum(age, 60) + 0.25 * np.maximum(0, age - 90) ** 1.5 - 4 * distance
    return {"area": area, "rooms": rooms, "age": age, "distance": distance, "neighbourhood": place}, np.maximum(40, price * dice.normal(1, 0.06, count))


def house_matrix(rows: dict) -> np.ndarray:
    numbers = [rows[name].astype(np.float32)[:, None] for name in ("area", "rooms", "age", "distance")]
    return np.hstack([*numbers, one_hot(rows["neighbourhood"], AREAS)])


def train_houses() -> None:
    rows, price = house_rows(np.random.default_rng(SEED), 6000)
    test_rows, test_price = house_rows(np.random.default_rng(SEED + 1), 3000)
    regressor = GradientBoostingRegressor(n_estimators=150, max_depth=4, learning_rate=0.08, random_state=SEED).fit(house_matrix(rows), price)
    guess = regressor.predict(house_matrix(test_rows))
    measured = {"meanAbsoluteError": round(mean_absolute_error(test_price, guess), 2), "r2": round(r2_score(test_price, guess), 4)}

    front = mixed_front({"area": "float", "rooms": "int64", "age": "int64", "distance": "float", "neighbourhood": "string"}, {"neighbourhood": AREAS})
    model = rename_outputs(chain(front, estimator(regressor, 8)), {"variable": "value"})

    Sample(
        name="house-prices",
        version="1",
        task="regression",
        description="What a house would sell for, in thousands of euros.",
        inputs={
            "area": {"title": "Living area", "unit": "m²", "min": 25, "max": 320, "step": 0.5, "default": 98},
            "rooms": {"title": "Rooms", "min": 1, "max": 10, "step": 1, "default": 4},
            "age": {"title": "Age", "unit": "years", "min": 0, "max": 110, "step": 1, "default": 20},
            "distance": {"title": "Distance to the centre", "unit": "km", "min": 0, "max": 25, "step": 0.1, "default": 5.5},
            "neighbourhood": {"title": "Neighbourhood", "values": AREAS, "default": "suburb"},
        },
        profile={
            **{name: numeric_profile(rows[name]) for name in ("area", "rooms", "age", "distance")},
            "neighbourhood": categorical_profile(rows["neighbourhood"]),
        },
        measured=measured,
        card=f"""
# House prices 1

What a house would sell for, in thousands of euros.

- **Method:** gradient boosting, 150 trees of depth 4.
- **Data:** 6,000 generated sales in a made-up town (`training/tabular.py`).
- **Measured** on 3,000 further generated sales: mean absolute error {measured['meanAbsoluteError']:.1f} thousand, R² {measured['r2']:.3f}.
- **Inputs:** five separately named tensors, each [rows, 1]. **Output:** `value`, [rows, 1].
- **Limits:** a demonstration; beyond the ranges of the form it answers as at their ends.
""",
    ).save(
        model,
        [
            ({"area": 98, "rooms": 4, "age": 20, "distance": 5.5, "neighbourhood": "suburb"}, None),
            ({"area": 140, "rooms": 5, "age": 5, "distance": 0.7, "neighbourhood": "centre"}, None),
            ({"area": 45, "rooms": 2, "age": 60, "distance": 9, "neighbourhood": "hillside"}, None),
        ],
    )


if __name__ == "__main__":
    train_churn()
    train_houses()
