"""Writes a scikit-learn perceptron of the given layers, for MLServer's own scikit-learn runtime: FILE, then the layers."""

import sys

import joblib
import numpy as np
from sklearn.neural_network import MLPRegressor

layers = [int(size) for size in sys.argv[2:]]
random = np.random.default_rng(1)
model = MLPRegressor(hidden_layer_sizes=layers[1:-1], max_iter=1)
model.partial_fit(
    random.random((8, layers[0]), dtype=np.float32),
    random.random((8, layers[-1]), dtype=np.float32),
)
joblib.dump(model, sys.argv[1])
