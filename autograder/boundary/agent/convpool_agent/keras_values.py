"""Turns Keras and TensorFlow objects into records and arrays; imports neither before it must."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from course.crossing import CannotCross, without_library
from course.model_graph import (
    OWN_FUNCTION,
    activation_name,
    all_layers,
    is_activation_layer,
    own_weights,
    standard,
)

from .records import HistoryRecord, ModelRecord


def reduce(value: object, path: str) -> object:
    """Turn a model or a `History` into its record and a tensor into an array."""
    keras: Any = sys.modules.get("keras")
    if hasattr(keras, "Model"):
        if isinstance(value, keras.Model):
            return model_record(value, path)
        if isinstance(value, keras.callbacks.History):
            return _history(value)
    return without_library(value)


def _history(value: Any) -> HistoryRecord:
    """Keep the metrics of the epochs; other values that a callback stored are dropped."""
    series = {str(name): [float(v) for v in values] for name, values in value.history.items()}
    return HistoryRecord(series, [int(epoch) for epoch in getattr(value, "epoch", [])])


def model_record(model: Any, path: str) -> ModelRecord:
    """Describe a model as a Sequential or functional one of Keras's layers; see `standard`.

    Raises `CannotCross` with the reason for a model that has no such form.
    """
    described = standard(model, path)
    # Keras warns of a lambda, e.g. in a constraint, which the other side refuses.
    with _serializable(described), warnings.catch_warnings(action="ignore"):
        config = plain(described.get_config())
    _name_activations(described, config)
    compiled, refusal = _compiled(model, path)
    stopped = bool(getattr(model, "stop_training", False))
    family, weights = type(described).__name__, dict(_weights(described))
    return ModelRecord(family, config, weights, compiled, refusal, _steps(model), stopped)


def _steps(model: Any) -> int:
    """Return how many steps the model's optimizer has made since it was compiled."""
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(optimizer.iterations)


@contextmanager
def _serializable(model: Any) -> Iterator[None]:
    """Take the learner's own activation functions out of a model while its configuration is read.

    Keras writes bytecode for a lambda, and cannot write a `functools.partial`.
    """
    import keras

    own = [
        (vars(layer), layer.activation)
        for layer in all_layers(model)
        if hasattr(layer, "activation")
        and not activation_name(layer.activation)
        and not isinstance(layer.activation, keras.layers.Layer)
    ]
    try:
        for attributes, _ in own:
            attributes["activation"] = keras.activations.linear
        yield
    finally:
        for attributes, activation in own:
            attributes["activation"] = activation


def plain(value: Any) -> Any:
    """Copy a configuration with NumPy numbers as Python's and tuples as lists."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _name_activations(model: Any, config: dict[str, Any]) -> None:
    """Write each activation as its name, as one of Keras's layers, or as a stand-in's name."""
    layers = {layer.name: layer for layer in model.layers}
    for entry in config["layers"]:
        layer = layers.get(entry["config"].get("name"))
        if layer is None:
            continue
        if "layers" in entry["config"]:
            _name_activations(layer, entry["config"])
        elif "activation" in entry["config"]:
            entry["config"]["activation"] = _written_activation(layer.activation)


def _written_activation(activation: Any) -> str | dict[str, Any]:
    if name := activation_name(activation):
        return name
    kind = type(activation).__name__
    if is_activation_layer(activation):
        return {"class_name": kind, "config": plain(activation.get_config())}
    own = str(getattr(activation, "__name__", kind))
    return {"class_name": "OwnActivation", "config": {"name": own}}


def _weights(model: Any, prefix: str = "") -> list[tuple[str, list[np.ndarray]]]:
    """List (layer, arrays) in the layers' order; a nested model's layer as `outer/inner`."""
    found = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            found += _weights(layer, f"{prefix}{layer.name}/")
        elif weights := own_weights(layer):
            found.append((prefix + layer.name, [np.asarray(weight) for weight in weights]))
    return found


def _compiled(model: Any, path: str) -> tuple[dict[str, Any] | None, str]:
    """Describe how a model was compiled, or return None and the reason why that cannot cross."""
    if not model.compiled:
        return None, ""
    try:
        config = plain(model.get_compile_config())
        originals = model._compile_config.config
        for key, module in (
            ("loss", "losses"),
            ("metrics", "metrics"),
            ("optimizer", "optimizers"),
        ):
            config[key] = _name_functions(originals.get(key), config.get(key), module, path)
        return config, ""
    except CannotCross as refusal:
        return None, str(refusal)


def _name_functions(original: Any, written: Any, module: str, path: str) -> Any:
    """Write Keras's own functions and classes by name; refuse the student's own."""
    import keras

    if original is None or isinstance(original, (str, float)):
        return written
    if isinstance(original, (list, tuple)):
        return [_name_functions(o, w, module, path) for o, w in zip(original, written, strict=True)]
    public = getattr(keras, module)
    name = getattr(original, "__name__", type(original).__name__)
    if getattr(public, name, None) is original:
        return name
    if getattr(public, type(original).__name__, None) is type(original):
        return written
    raise CannotCross(
        path, "Keras model", f"its compile() has a `{name}` that cannot cross; {OWN_FUNCTION}"
    )


def rebuild_here(record: ModelRecord) -> Any:
    """Build a model from a record of the trusted side; only for use in the student's process."""
    import keras

    from course.training.tracing import hurried

    family = keras.Sequential if record.family == "Sequential" else keras.Model
    model = family.from_config(record.config)
    set_weights(model, record.weights)
    if record.compiled is not None:
        model.compile_from_config(record.compiled)
    return hurried(model)


def set_weights(model: Any, weights: dict[str, list[np.ndarray]]) -> None:
    """Put arrays into a model's layers by name; a nested model's layer is `outer/inner`."""
    for name, arrays in weights.items():
        layer = model
        for part in name.split("/"):
            layer = layer.get_layer(part)
        layer.set_weights(arrays)


def history_from(record: HistoryRecord) -> Any:
    """Make a Keras `History` from its record, so that `isinstance` holds."""
    import keras

    history = keras.callbacks.History()
    history.history, history.epoch = record.history, record.epoch
    return history
