"""Prepare TensorFlow for programs that run each of their functions a few times, and then end.

A fork server imports this for the notebooks that are graded. TensorFlow rewrites the graph of a
function before it first runs, which takes as long as many steps of a small network; without that
it computes the same.
"""

import contextlib
from typing import Any

import numpy as np
import tensorflow as tf

tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


# A quicker first step: Keras traces it once instead of twice.


def create_variables(model: Any, labels: Any) -> None:
    """Create what the first step would create; nothing else changes, random numbers included.

    `labels` are those to train or to measure on: an array (n,) or (n, classes). A model that is
    not compiled or not built yet, or is refused by its own loss or metrics, stays as it is: Keras
    will say why.
    """
    if not (isinstance(labels, np.ndarray) and len(labels) and model.compiled and model.built):
        return
    with contextlib.suppress(Exception):
        if model.optimizer is not None and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        predictions = np.zeros((1, *model.output_shape[1:]), "float32")
        model.compute_metrics(None, labels[:1], predictions)
        model.reset_metrics()


def hurried(model: Any) -> Any:
    """Return the same model, whose `fit` and `evaluate` create the variables first."""

    def fit(x: Any = None, y: Any = None, *args: Any, **options: Any) -> Any:
        """Train as Keras does."""
        create_variables(model, y)
        return type(model).fit(model, x, y, *args, **options)

    def evaluate(x: Any = None, y: Any = None, *args: Any, **options: Any) -> Any:
        """Evaluate as Keras does."""
        create_variables(model, y)
        return type(model).evaluate(model, x, y, *args, **options)

    model.fit, model.evaluate = fit, evaluate
    return model
