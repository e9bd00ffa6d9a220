"""How a model was compiled, as data: optimizer, loss and metrics by the names Keras gives them."""

import re
from typing import Any

from autograder.boundary.agent.convpool_agent.records import CannotCross, ModelRecord
from autograder.boundary.blueprint import Blueprint, Key, read_blueprint
from autograder.boundary.channel import printable
from autograder.boundary.layer_rules import flag, number, optional
from autograder.boundary.survey import survey

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


# A Keras model from the record of one: validated, surveyed, and only then built.


def rebuild(record: ModelRecord, path: str = "model") -> Any:
    """Build a `keras.Sequential` or functional model of built-in layers, with its weights.

    A model whose compile() cannot be described comes back uncompiled, and its attribute
    `compile_refusal` says why. Raises `CannotCross`, naming the model by `path`, for anything
    that is not on the lists in `layers` or beyond the bounds in `survey`.
    """
    plan = read_blueprint(record.family, record.config, path)
    survey(plan, record.weights, path)
    try:
        model = _built(plan)
    # Keras's last word, of whatever type, is about the model that was described.
    except Exception as error:
        raise CannotCross(path, "Keras model", "Keras cannot build it") from error
    load_weights(model, record, path)
    model.compile_refusal = printable(record.compile_refusal, 300)
    if record.compiled is not None:
        compile_like(model, record.compiled, path)
    return model


def _built(plan: Blueprint) -> Any:
    import keras

    layers = {name: _built_layer(layer) for name, layer in plan.layers.items()}
    first = {"dtype": plan.input_dtype, "name": plan.input_name}
    if plan.family == "Sequential":
        entry = keras.layers.InputLayer(batch_shape=(None, *plan.input_shape), **first)
        model = keras.Sequential([entry, *layers.values()], name=plan.name)
    else:
        model = _connected(plan, layers, keras.Input(plan.input_shape, **first))
    if not plan.trainable:
        model.trainable = False
    return model


def _built_layer(layer: Any) -> Any:
    return _built(layer) if isinstance(layer, Blueprint) else layer


def _connected(plan: Blueprint, layers: dict[str, Any], start: Any) -> Any:
    import keras

    tensors: dict[Key, Any] = {(plan.input_name, 0): start}
    for node in plan.nodes:
        given = [tensors[source] for source in node.sources]
        tensors[node.layer, node.index] = layers[node.layer](given if node.merges else given[0])
    return keras.Model(start, tensors[plan.output], name=plan.name)


def load_weights(model: Any, record: ModelRecord, path: str) -> None:
    """Put a record's arrays into a model's layers; `CannotCross` where they do not fit."""
    try:
        for name, arrays in record.weights.items():
            layer = model
            for part in name.split("/"):
                layer = layer.get_layer(part)
            layer.set_weights(arrays)
    except (ValueError, AttributeError) as error:
        raise CannotCross(path, "Keras model", "its layers are not what they were") from error


def compile_like(model: Any, compiled: dict[str, Any], path: str) -> None:
    """Compile a model as described, or note in `compile_refusal` why it cannot be."""
    try:
        compile_as_described(model, compiled, path)
    except CannotCross as refusal:
        model.compile_refusal = refusal.reason
