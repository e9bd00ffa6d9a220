"""The check of the activations of the lesson's CNN: ReLU in three places, and softmax at the end.

An activation may be given to its layer or stand in a layer of its own; ReLU may also stand behind
the pooling, where it computes the same. What stands in a place is run on numbers of all sizes, so
that a cap or a slope shows wherever it begins. Functions of the learner's own are not run.
"""

from typing import Any

import numpy as np

from course.checks.arrays import is_close
from course.checks.failures import Wrong
from course.checks.models import Network
from course.model_graph import activation_name, is_activation_layer

SHARE = 1 / 3
"""The part of the points that the activations are worth; the layers are worth the rest."""

# ReLU before and behind a pooling, and behind Flatten, is the same.
_PLACES = {"conv_1": (0, 1), "conv_2": (2, 3, 4), "dense_1": (5,), "dense_2": (6,)}

_SIZES = np.logspace(-30, 37, 135, dtype="float32")
_NUMBERS = np.concatenate([-_SIZES, _SIZES]).reshape(-1, 10)
_LOGITS = np.random.default_rng(0).normal(size=(30, 10)) * np.repeat([0.1, 1.0, 10.0], 10)[:, None]


def require_lesson_activations(network: Network) -> None:
    """Raise Wrong unless the activations are the lesson's; the network has the lesson's layers."""
    _require_precision(network)
    found = {name: _in_places(network, places) for name, places in _PLACES.items()}
    for name, activations in found.items():
        _require_known(name, activations)
    _require_softmax(found.pop("dense_2"))
    wrong = [name for name, activations in found.items() if not _is_relu(activations)]
    if wrong:
        shown = ", ".join(_shown(activations) for activations in found.values())
        raise Wrong(
            f"its hidden layers have the activations {shown}; relu was asked for.",
            _cause(found[wrong[0]]),
        )


def _require_precision(network: Network) -> None:
    """Fail if a layer computes in 16 bits."""
    layers = [*network.layers, *(layer for some in network.between for layer in some)]
    for layer in layers:
        if layer.compute_dtype in ("float16", "bfloat16"):
            policy = layer.dtype_policy.name
            raise Wrong(f"its layer {layer.name} has the dtype {policy}.", "mixed-precision")


def _in_places(network: Network, places: tuple[int, ...]) -> list[Any]:
    """List the activations, linear ones left out, that the rows at these places have."""
    found = []
    for place in places:
        found += [network.layers[place], *network.between[place + 1]]
    activations = [layer if _is_of_kind(layer) else _given(layer) for layer in found]
    return [one for one in activations if one is not None and _name(one) != "linear"]


def _is_of_kind(layer: Any) -> bool:
    """Tell whether a layer is itself an activation."""
    return is_activation_layer(layer) or _is_prelu(layer) or hasattr(layer, "stands_for")


def _is_prelu(activation: Any) -> bool:
    """Tell whether it is PReLU, or what stands for it where it was given as an activation."""
    return _name(activation) == "PReLU"


def _given(layer: Any) -> Any:
    """Return what was given to a layer as `activation=`; None for a layer that takes none."""
    return getattr(layer, "activation", None)


def _name(activation: Any) -> str:
    """Name an activation as the learner wrote it: "relu", "LeakyReLU", "<lambda>"."""
    named = activation_name(activation) or getattr(activation, "stands_for", "")
    named = named or getattr(activation, "__name__", "")
    return str(named or type(activation).__name__)


def _shown(activations: list[Any]) -> str:
    return " and ".join(_name(one) for one in activations) or "linear"


def _require_known(place: str, activations: list[Any]) -> None:
    """Fail for a function of the learner's own."""
    for one in activations:
        if not (activation_name(one) or is_activation_layer(one) or _is_prelu(one)):
            raise Wrong(f"the activation of {place} is {_name(one)}.", "own-activation")


def _computed(activations: list[Any], values: np.ndarray) -> np.ndarray | None:
    """Run activations one after another; None where one of them has weights."""
    import keras

    result = keras.ops.convert_to_tensor(values.astype("float32"))
    for one in activations:
        if _is_prelu(one):
            return None
        name = activation_name(one)
        result = keras.activations.get(name)(result) if name else one(result)
    return np.asarray(result, dtype=float)


def _is_relu(activations: list[Any]) -> bool:
    """Tell whether they compute max(x, 0), to the last bit."""
    got = _computed(activations, _NUMBERS)
    return got is not None and bool(np.array_equal(got, np.maximum(_NUMBERS, 0).astype(float)))


def _require_softmax(activations: list[Any]) -> None:
    """Fail unless the ten outputs are the softmax of what the last layer computes."""
    powers = np.exp(_LOGITS - _LOGITS.max(axis=1, keepdims=True))
    got = _computed(activations, _LOGITS)
    if got is not None and is_close(got, powers / powers.sum(axis=1, keepdims=True)):
        return
    names = [_name(one).lower() for one in activations]
    if names.count("softmax") > 1:
        raise Wrong("", "softmax-twice")
    if names[-1:] == ["softmax"] and len(names) > 1:
        raise Wrong(
            f"its last dense layer has {_shown(activations[:-1])} before the softmax.",
            "activation-before-softmax",
        )
    if names:
        raise Wrong(f"its last layer has the activation {_shown(activations)}.", "softmax-missing")
    raise Wrong("", "softmax-missing")


def _cause(activations: list[Any]) -> str:
    """Name the misconception behind what stands in the place of ReLU."""
    if not activations:
        return "relu-missing"
    capped = any(getattr(one, "max_value", None) is not None for one in activations)
    if capped or "relu6" in map(_name, activations):
        return "relu-capped"
    return "wrong-activation"
