"""Turns Keras and TensorFlow objects into records and arrays; imports neither before it must."""

import sys
from typing import Any

import numpy as np

from course.crossing import CannotCross, without_library

from .records import HistoryRecord, ModelRecord

ACTIVATIONS = (
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus",
    "softsign", "sigmoid", "hard_sigmoid", "tanh", "softmax", "log_softmax", "exponential",
)  # fmt: skip
OWN_FUNCTION = "only Keras's own functions can; give one by its name"
NOT_BUILT = (
    "it has no input shape yet; begin it with `tf.keras.Input(shape=(28, 28, 1))` or give its "
    "first layer `input_shape=(28, 28, 1)`"
)


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
    """Describe a built Sequential or Functional model of built-in layers.

    Raises `CannotCross` with the offending layer's name for anything else.
    """
    family = _family(model, path)
    if not model.built:
        raise CannotCross(path, "Keras model", NOT_BUILT)
    for layer in model.layers:
        _require_built_in(layer, path)
    config = plain(model.get_config())
    _name_activations(model, config, path)
    compiled, refusal = _compiled(model, path)
    stopped = bool(getattr(model, "stop_training", False))
    weights = dict(_weights(model))
    return ModelRecord(family, config, weights, compiled, refusal, _steps(model), stopped)


def _steps(model: Any) -> int:
    """Return how many steps the model's optimizer has made since it was compiled."""
    optimizer = getattr(model, "optimizer", None)
    return 0 if optimizer is None else int(optimizer.iterations)


def _family(model: Any, path: str) -> str:
    kind = type(model)
    if kind.__name__ in ("Sequential", "Functional") and kind.__module__.startswith("keras.src."):
        return kind.__name__
    reason = "only tf.keras.Sequential and functional models can cross"
    raise CannotCross(path, f"Keras model of the class {kind.__name__}", reason)


def _require_built_in(layer: Any, path: str) -> None:
    import keras

    if isinstance(layer, keras.Model):
        _family(layer, f"{path}.{layer.name}")
        for inner in layer.layers:
            _require_built_in(inner, f"{path}.{layer.name}")
        return
    if getattr(keras.layers, type(layer).__name__, None) is not type(layer):
        reason = (
            f"its layer `{layer.name}` is a {type(layer).__name__}, which is not one of Keras's"
        )
        raise CannotCross(path, "Keras model", reason)
    if isinstance(layer, keras.layers.Lambda):
        reason = f"its layer `{layer.name}` is a Lambda; use Keras's other layers"
        raise CannotCross(path, "Keras model", reason)
    # Checked before the configuration is read, which for a lambda gives a warning and bytecode.
    if hasattr(layer, "activation"):
        _activation_name(layer, path)


def plain(value: Any) -> Any:
    """Copy a configuration with NumPy numbers as Python's and tuples as lists."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _name_activations(model: Any, config: dict[str, Any], path: str) -> None:
    """Write each activation by name, if it is the genuine one.

    Keras writes a student's own function `relu` as "relu", and `tf.nn.softmax` as "softmax_v2".
    Therefore the name is found through the object, not through its `__name__`.
    """
    layers = {layer.name: layer for layer in model.layers}
    for entry in config["layers"]:
        layer = layers.get(entry["config"].get("name"))
        if layer is None:
            continue
        if "layers" in entry["config"]:
            _name_activations(layer, entry["config"], f"{path}.{layer.name}")
        elif "activation" in entry["config"]:
            entry["config"]["activation"] = _activation_name(layer, path)


def _activation_name(layer: Any, path: str) -> str:
    for name, genuine in genuine_activations():
        if layer.activation is genuine:
            return name
    if _is_default_layer(layer.activation):
        return type(layer.activation).__name__.lower()
    own = getattr(layer.activation, "__name__", type(layer.activation).__name__)
    reason = f"its layer `{layer.name}` has an activation `{own}` that cannot cross; {OWN_FUNCTION}"
    raise CannotCross(path, "Keras model", reason)


def _is_default_layer(activation: Any) -> bool:
    """Recognize `activation=tf.keras.layers.ReLU()` or `Softmax()` without settings."""
    import keras

    if type(activation) not in (keras.layers.ReLU, keras.layers.Softmax):
        return False
    ours, default = activation.get_config(), type(activation)().get_config()
    return all(ours[key] == default[key] for key in default if key not in ("name", "dtype"))


def genuine_activations() -> list[tuple[str, Any]]:
    """Pair each name with the functions that are this activation in Keras and TensorFlow."""
    import keras

    tensorflow = sys.modules.get("tensorflow")
    # keras.ops.gelu has another default than keras.activations.gelu.
    modules = [
        keras.activations,
        getattr(tensorflow, "nn", None),
        getattr(tensorflow, "math", None),
    ]
    pairs = [(n, getattr(module, n, None)) for module in modules for n in ACTIVATIONS]
    pairs += [(n, getattr(keras.ops, n, None)) for n in ACTIVATIONS if n != "gelu"]
    return [(name, function) for name, function in pairs if function is not None]


def _weights(model: Any, prefix: str = "") -> list[tuple[str, list[np.ndarray]]]:
    """List (layer, arrays) in the layers' order; a nested model's layer as `outer/inner`."""
    found = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            found += _weights(layer, f"{prefix}{layer.name}/")
        elif layer.weights:
            found.append((prefix + layer.name, [np.asarray(w) for w in layer.get_weights()]))
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
