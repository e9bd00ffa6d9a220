"""The layers that a student's model may have, and the arguments that each may have.

A layer is made by calling its class with checked arguments. Keras's own deserialization is not
used, because it can look up classes and functions by name.
"""

import math
import re
from collections.abc import Callable
from typing import Any

from autograder.boundary.channel import printable
from course.crossing import CannotCross
from course.model_graph import ACTIVATION_LAYERS, ACTIVATIONS, OwnActivation, foreign_layer

Check = Callable[[Any], Any]
NAME = re.compile(r"[\w.\- ]{1,64}")
POLICIES = ("float32", "float64", "mixed_float16", "mixed_bfloat16")
LARGEST_SIZE = 1 << 20
LARGEST_COUNT = 1 << 40
OFF = (None, False)


def whole(low: int, high: int) -> Check:
    """Check for an integer in low…high."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"an integer from {low} to {high} was expected")
        return value

    return check


def number(value: Any) -> float:
    """Check for a finite number."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("a number was expected")
    return value


def flag(value: Any) -> bool:
    """Check for True or False."""
    if type(value) is not bool:
        raise ValueError("True or False was expected")
    return value


def one_of(*choices: str) -> Check:
    """Check for one of `choices`."""

    def check(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise ValueError(f"one of {', '.join(choices)} was expected")
        return value

    return check


def optional(inner: Check) -> Check:
    """Allow None as well."""
    return lambda value: None if value is None else inner(value)


def numbers(inner: Check, longest: int = 4) -> Check:
    """Check for one value or a (nested) list of at most `longest`; a list becomes a tuple."""

    def check(value: Any) -> Any:
        if type(value) is not list:
            return inner(value)
        if not 1 <= len(value) <= longest:
            raise ValueError("a pair of numbers was expected")
        return tuple(numbers(inner, longest)(item) for item in value)

    return check


def pair(high: int) -> Check:
    """Check for two sizes, e.g. [3, 3]."""

    def check(value: Any) -> tuple[int, int]:
        if type(value) is not list or len(value) != 2:
            raise ValueError("a pair of sizes was expected")
        return whole(1, high)(value[0]), whole(1, high)(value[1])

    return check


def regularizer(value: Any) -> Any:
    """Check for None, L1, L2 or L1L2, and build it."""
    if value is None:
        return None
    import keras

    kinds = {"L1": ["l1"], "L2": ["l2"], "L1L2": ["l1", "l2"]}
    if type(value) is not dict or value.get("class_name") not in kinds:
        raise ValueError("None or one of L1, L2, L1L2 was expected")
    kind = value["class_name"]
    factors = {key: number(value["config"][key]) for key in kinds[kind]}
    return getattr(keras.regularizers, kind)(**factors)


def constraint(value: Any) -> Any:
    """Check for None or one of Keras's own constraints, and build it."""
    if value is None:
        return None
    import keras

    kinds = {
        "MaxNorm": ["max_value", "axis"],
        "MinMaxNorm": ["min_value", "max_value", "rate", "axis"],
        "NonNeg": [],
        "UnitNorm": ["axis"],
    }
    if type(value) is not dict or value.get("class_name") not in kinds:
        raise ValueError(f"None or one of {', '.join(kinds)} was expected")
    settings = {key: numbers(number)(value["config"][key]) for key in kinds[value["class_name"]]}
    return getattr(keras.constraints, value["class_name"])(**settings)


def activation(value: Any) -> Any:
    """Check for a name of Keras's, one of its layers, or the name of a learner's own function.

    A function of the learner's own is replaced by one that cannot be called.
    """
    if type(value) is not dict:
        return one_of(*ACTIVATIONS)(value)
    kind, config = value.get("class_name"), value.get("config")
    if type(config) is not dict:
        raise ValueError("the settings of an activation were expected")
    if kind == "OwnActivation":
        return OwnActivation(printable(config.get("name"), 40), "")
    return layer_from(one_of(*ACTIVATION_LAYERS)(kind), config, "activation")


_size, _side = whole(1, LARGEST_SIZE), pair(64)
_last = one_of("channels_last")
_window = {"strides": pair(64), "padding": one_of("valid", "same"), "data_format": _last}
_convolution = {
    "kernel_size": _side,
    **_window,
    "dilation_rate": pair(16),
    "activation": activation,
    "use_bias": flag,
    "bias_regularizer": regularizer,
    "activity_regularizer": regularizer,
    "bias_constraint": constraint,
}
_pooling = {"pool_size": _side, **_window, "strides": optional(pair(64))}
_global = {"data_format": _last, "keepdims": flag}
_random = {"data_format": _last, "fill_mode": one_of("constant", "reflect", "wrap", "nearest")}
_random |= {"fill_value": number, "interpolation": one_of("nearest", "bilinear")}
_factor = numbers(number, 2)

LAYERS: dict[str, dict[str, Check]] = {
    "ActivityRegularization": {"l1": number, "l2": number},
    "AlphaDropout": {"rate": number},
    "Activation": {"activation": activation},
    "Add": {},
    "Average": {},
    "AveragePooling2D": _pooling,
    "BatchNormalization": {
        "axis": whole(-3, 3),
        "momentum": number,
        "epsilon": number,
        "center": flag,
        "scale": flag,
        "beta_regularizer": regularizer,
        "gamma_regularizer": regularizer,
    },
    "Concatenate": {"axis": whole(-3, 3)},
    "Conv2D": {
        **_convolution,
        "filters": _size,
        "groups": _size,
        "kernel_regularizer": regularizer,
        "kernel_constraint": constraint,
    },
    "Cropping2D": {"cropping": numbers(whole(0, 64), 2), "data_format": _last},
    "Dense": {
        "units": _size,
        "activation": activation,
        "use_bias": flag,
        "kernel_regularizer": regularizer,
        "bias_regularizer": regularizer,
        "activity_regularizer": regularizer,
        "kernel_constraint": constraint,
        "bias_constraint": constraint,
    },
    "DepthwiseConv2D": {
        **_convolution,
        "depth_multiplier": _size,
        "depthwise_regularizer": regularizer,
        "depthwise_constraint": constraint,
    },
    "Dropout": {"rate": number},
    "ELU": {"alpha": number},
    "Flatten": {"data_format": _last},
    "GaussianDropout": {"rate": number},
    "GaussianNoise": {"stddev": number},
    "GlobalAveragePooling2D": _global,
    "GlobalMaxPooling2D": _global,
    "Identity": {},
    "LeakyReLU": {"negative_slope": number},
    "MaxPooling2D": _pooling,
    "Maximum": {},
    "Multiply": {},
    "PReLU": {
        "alpha_regularizer": regularizer,
        "alpha_constraint": constraint,
        "shared_axes": optional(numbers(whole(1, 3), 3)),
    },
    "Permute": {"dims": numbers(whole(1, 3), 3)},
    "RandomFlip": {
        "data_format": _last,
        "mode": one_of("horizontal", "vertical", "horizontal_and_vertical"),
    },
    "RandomRotation": {**_random, "factor": _factor},
    "RandomTranslation": {**_random, "height_factor": _factor, "width_factor": _factor},
    "RandomZoom": {**_random, "height_factor": _factor, "width_factor": optional(_factor)},
    "ReLU": {"max_value": optional(number), "negative_slope": number, "threshold": number},
    "Rescaling": {"scale": number, "offset": number},
    "Reshape": {"target_shape": numbers(whole(-1, LARGEST_SIZE))},
    "SeparableConv2D": {
        **_convolution,
        "filters": _size,
        "depth_multiplier": _size,
        "depthwise_regularizer": regularizer,
        "pointwise_regularizer": regularizer,
        "depthwise_constraint": constraint,
        "pointwise_constraint": constraint,
    },
    "Softmax": {"axis": whole(-3, 3)},
    "SpatialDropout2D": {"rate": number, "data_format": _last},
    "ZeroPadding2D": {"padding": numbers(whole(0, 64), 2), "data_format": _last},
}
MERGING = ("Add", "Average", "Concatenate", "Maximum", "Multiply")
# Weights cross as arrays and random states are drawn again, so initializers and seeds do not
# matter; the momentum of a renormalization is written even if it is off.
WITHOUT_EFFECT = re.compile(r"\w+_initializer|seed|autocast|renorm_momentum")


def stand_in_from(config: dict[str, Any]) -> Any:
    """Make the layer that stands for a Lambda or a layer of a learner's own; it cannot be run.

    Raises ValueError, TypeError or KeyError for a configuration of another form.
    """
    kind, shape = name(config["stands_for"]), config["shape"]
    if type(shape) is not list or len(shape) > 4:
        raise ValueError("a shape was expected")
    sizes = [_size(size) for size in shape]
    parameters = whole(0, LARGEST_COUNT)(config["parameters"])
    return foreign_layer()(kind, sizes, parameters, name=name(config["name"]))


def layer_from(kind: str, config: dict[str, Any], path: str) -> Any:
    """Make one unbuilt layer; `path` names the model in a refusal."""
    import keras

    if kind not in LAYERS:
        allowed = f"these layers can: InputLayer, {', '.join(LAYERS)}"
        reason = f"its layer `{printable(kind, 40)}` cannot cross; {allowed}"
        raise CannotCross(path, "Keras model", reason)
    arguments = _arguments(kind, config, path)
    try:
        return getattr(keras.layers, kind)(**arguments)
    # Any error of Keras is about the arguments, which have passed the checks.
    except Exception as error:
        reason = f"Keras does not make its {kind} layer from these settings"
        raise CannotCross(path, "Keras model", reason) from error


def _arguments(kind: str, config: dict[str, Any], path: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    checks = {"name": name, "trainable": flag, "dtype": policy, **LAYERS[kind]}
    for key, value in config.items():
        if type(key) is not str or (key not in checks and not _ignorable(key, value)):
            setting = printable(str(key), 40)
            raise CannotCross(path, "Keras model", f"its {kind} layer has a setting `{setting}`")
        try:
            if key in checks:
                arguments[key] = checks[key](value)
        except (ValueError, TypeError, KeyError) as error:
            reason = f"`{key}` of its {kind} layer cannot be used: {error}"
            raise CannotCross(path, "Keras model", reason) from error
    own = arguments.get("activation")
    if isinstance(own, OwnActivation):
        own.layer = arguments.get("name", "")
    return arguments


def _ignorable(key: str, value: Any) -> bool:
    """Allow settings without effect, and those of a later Keras that are switched off."""
    off = any(value is nothing for nothing in OFF)
    return off or WITHOUT_EFFECT.fullmatch(key) is not None


def name(value: Any) -> str:
    """Check a layer's name."""
    if type(value) is not str or not NAME.fullmatch(value):
        raise ValueError("a short name was expected")
    return value


def policy(value: Any) -> str:
    """Check a dtype policy, as a name or in Keras's configuration, and return its name."""
    if type(value) is dict and value.get("class_name") == "DTypePolicy":
        value = value["config"]["name"]
    return one_of(*POLICIES)(value)
