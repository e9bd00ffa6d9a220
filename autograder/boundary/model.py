"""Rebuilds a Keras model from its record: reads it, checks its size, builds it, and compiles it.

Optimizers, losses and metrics are described by the names that Keras gives them, and by numbers.
"""

import re
from typing import Any

from autograder.boundary.agent.convpool_agent.keras_values import set_weights
from autograder.boundary.agent.convpool_agent.records import ModelRecord
from autograder.boundary.blueprint import Blueprint, Key, read_blueprint
from autograder.boundary.channel import printable
from autograder.boundary.layer_rules import flag, number, optional
from autograder.boundary.survey import survey
from course.crossing import CannotCross

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


def rebuild(record: ModelRecord, path: str = "model") -> Any:
    """Build a `keras.Sequential` or functional model of built-in layers, with its weights.

    A model whose compile() cannot be described is returned uncompiled, with the reason in its
    attribute `compile_refusal`. A layer or an activation of the student's own is replaced by a
    stand-in that raises `CannotCross` when it is run. Raises `CannotCross`, naming the model by
    `path`, for other layers that are not in `layer_rules` and sizes beyond the bounds in `survey`.
    """
    plan = read_blueprint(record.family, record.config, path)
    survey(plan, record.weights, path)
    try:
        model = _built(plan)
    # Any error of Keras is about the described model.
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
    shape = (plan.batch, *plan.input_shape)
    if plan.family == "Sequential":
        entry = keras.layers.InputLayer(batch_shape=shape, **first)
        model = keras.Sequential([entry, *layers.values()], name=plan.name)
    else:
        model = _connected(plan, layers, keras.Input(batch_shape=shape, **first))
    if not plan.trainable:
        model.trainable = False
    return model


def _built_layer(layer: Any) -> Any:
    return _built(layer) if isinstance(layer, Blueprint) else layer


def _connected(plan: Blueprint, layers: dict[str, Any], start: Any) -> Any:
    import keras

    tensors: dict[Key, Any] = {(plan.input_name, 0): start}
    for node in plan.nodes:
        inputs = [tensors[source] for source in node.sources]
        tensors[node.layer, node.index] = layers[node.layer](inputs if node.merges else inputs[0])
    return keras.Model(start, tensors[plan.output], name=plan.name)


def load_weights(model: Any, record: ModelRecord, path: str) -> None:
    """Put a record's arrays into a model's layers; `CannotCross` where they do not fit."""
    try:
        set_weights(model, record.weights)
    except Exception as error:
        raise CannotCross(path, "Keras model", "its layers are not what they were") from error


def train_like(model: Any, record: ModelRecord, path: str, *, recompile: bool) -> None:
    """Compile a passed model as its record says, and note what its training left.

    Its optimizer counts the steps, `stop_training` says whether a callback ended the training, and
    `compile_refusal` why it could not be compiled.
    """
    model.compile_refusal = printable(record.compile_refusal, 300)
    if record.compiled is not None and recompile:
        compile_like(model, record.compiled, path)
    model.stop_training = record.stopped
    if getattr(model, "optimizer", None) is not None:
        model.optimizer.iterations.assign(record.steps)


def compile_like(model: Any, compiled: dict[str, Any], path: str) -> None:
    """Compile a model as described, or write to `compile_refusal` why it cannot be compiled."""
    try:
        compile_as_described(model, compiled, path)
    except CannotCross as refusal:
        model.compile_refusal = refusal.reason


def compile_as_described(model: Any, config: dict[str, Any], path: str) -> None:
    """Compile a model as `get_compile_config` describes it, with built-in names and numbers only.

    Raises `CannotCross` for anything else and leaves the model unchanged.
    """
    import keras

    for key in ("loss_weights", "weighted_metrics"):
        value = config.get(key)
        # An array can be compared with nothing.
        if value is not None and not (type(value) is list and not value):
            raise CannotCross(path, "Keras model", "its compile() weights losses or metrics")
    try:
        model.compile(
            optimizer=_optimizer(config["optimizer"]),
            loss=_named(keras.losses, LOSSES, config["loss"]),
            metrics=_metrics(config.get("metrics")),
        )
    # A description of the wrong form can cause any error, here and in Keras.
    except Exception as error:
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


def _named(module: Any, allowed: tuple[str, ...], described: Any) -> Any:
    """Return an allowed name, or make the object that is described by class and numbers."""
    if described is None:
        return None
    if type(described) is not str:
        return _made(module, allowed, described)
    if described not in SHORT:
        _spelled(described, allowed)
    return described


def _spelled(name: str, allowed: tuple[str, ...]) -> str:
    """Return the class for a name in any of Keras's spellings (`rms_prop`, `adam`)."""
    plain = name.replace("_", "").lower()
    (found,) = [kind for kind in allowed if kind.lower() == plain]
    return found


def _made(module: Any, allowed: tuple[str, ...], described: dict[str, Any]) -> Any:
    kind = described["class_name"]
    if kind not in allowed:
        raise ValueError("not one of Keras's own")
    config = {key: _setting(value) for key, value in described["config"].items()}
    config.pop("dtype", None)
    return getattr(module, kind)(**config)


def _setting(value: Any) -> Any:
    """Allow numbers, flags, words, short lists of numbers, and a schedule of Keras's own."""
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
