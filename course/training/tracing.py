"""Makes the first training step quicker: Keras traces it once instead of twice.

Keras creates the variables of an optimizer and of the metrics within the first step, and
TensorFlow traces a step again in which variables were created. Where they exist before, one trace
is enough: a quarter of a second less for each training of the lesson's CNN.
"""

import contextlib
from typing import Any

import numpy as np


def create_variables(model: Any, labels: Any) -> None:
    """Create the variables that the first step would create; change nothing else.

    Random numbers are not drawn either. `labels` are those to train or to evaluate on: an array
    (n,) or (n, classes). A model that is not compiled, not built, or does not fit its own loss or
    metrics is left as it is: Keras will raise the error.
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
    """Make `fit` and `evaluate` of the model create the variables first; return the model."""

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
