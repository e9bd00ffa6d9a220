"""How a model was compiled, as data: optimizer, loss and metrics by the names Keras gives them."""

import re
from typing import Any

from autograder.boundary.agent.convpool_agent.records import CannotCross
from autograder.boundary.layers import flag, number, optional

OPTIMIZERS = (
    "SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "Ftrl", "Lion",
)  # fmt: skip
SCHEDULES = (
    "ExponentialDecay", "CosineDecay", "CosineDecayRestarts", "InverseTimeDecay",
    "PolynomialDecay", "PiecewiseConstantDecay",
)  # fmt: skip
LOSSES = (
    "SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy",
    "CategoricalFocalCrossentropy", "BinaryFocalCrossentropy", "KLDivergence", "Poisson",
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError", "CosineSimilarity", "Huber", "LogCosh",
    "Hinge", "SquaredHinge", "CategoricalHinge",
)  # fmt: skip
METRICS = (
    "Accuracy", "SparseCategoricalAccuracy", "CategoricalAccuracy", "BinaryAccuracy",
    "SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy", "SparseCategoricalCrossentropy",
    "CategoricalCrossentropy", "BinaryCrossentropy", "KLDivergence", "Poisson",
    "MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError", "CosineSimilarity",
    "Precision", "Recall",
)  # fmt: skip
SHORT = (
    "accuracy", "acc", "crossentropy", "ce", "bce", "BCE", "kld", "KLD",
    "mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE",
)  # fmt: skip
WORD = re.compile(r"\w{1,64}")


def compile_as_described(model: Any, config: dict[str, Any], path: str) -> None:
    """Compile a model from what `get_compile_config` says, built-in names and numbers only.

    Raises `CannotCross` for anything else and leaves the model as it was.
    """
    import keras

    if any(config.get(key) not in (None, []) for key in ("loss_weights", "weighted_metrics")):
        raise CannotCross(path, "Keras model", "its compile() weights losses or metrics")
    try:
        model.compile(
            optimizer=_optimizer(config["optimizer"]),
            loss=_named(keras.losses, LOSSES, config["loss"]),
            metrics=_metrics(config.get("metrics")),
        )
    # Everything that a description of the wrong form can cause above.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        reason = "its compile() uses other things than Keras's own optimizers, losses and metrics"
        raise CannotCross(path, "Keras model", reason) from error


def _optimizer(described: Any) -> Any:
    import keras

    if type(described) is str:
        described = {"class_name": _spelled(described, OPTIMIZERS), "config": {}}
    config = dict(described["config"])
    rate = config.get("learning_rate")
    if type(rate) is dict:
        config["learning_rate"] = _made(keras.optimizers.schedules, SCHEDULES, rate)
    return _made(keras.optimizers, OPTIMIZERS, {**described, "config": config})


def _metrics(described: Any) -> list[Any] | None:
    import keras

    if described is None:
        return None
    if type(described) is not list or len(described) > 10:
        raise ValueError("a list of metrics was expected")
    return [_named(keras.metrics, METRICS, metric) for metric in described]


def _named(room: Any, allowed: tuple[str, ...], described: Any) -> Any:
    """Take a name, or make the object that is described by class and numbers."""
    if described is None:
        return None
    if type(described) is not str:
        return _made(room, allowed, described)
    if described not in SHORT:
        _spelled(described, allowed)
    return described


def _spelled(name: str, allowed: tuple[str, ...]) -> str:
    """Find the class that a name in any of Keras's spellings (`rms_prop`, `adam`) stands for."""
    plain = name.replace("_", "").lower()
    (found,) = [kind for kind in allowed if kind.lower() == plain]
    return found


def _made(room: Any, allowed: tuple[str, ...], described: dict[str, Any]) -> Any:
    kind = described["class_name"]
    if kind not in allowed:
        raise ValueError("not one of Keras's own")
    config = {key: _setting(value, room) for key, value in described["config"].items()}
    config.pop("dtype", None)
    return getattr(room, kind)(**config)


def _setting(value: Any, room: Any) -> Any:
    """Let pass numbers, flags, words, a schedule made above, and short lists of numbers."""
    if type(value) is str:
        if not WORD.fullmatch(value):
            raise ValueError("a word was expected")
        return value
    if type(value) is bool:
        return flag(value)
    if type(value) is list and len(value) <= 100:
        return [number(item) for item in value]
    if type(value).__module__.startswith("keras."):
        return value
    return optional(number)(value)
