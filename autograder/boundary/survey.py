"""Checks the size of a model, and the cost of running it, before anything is allocated."""

import math
from typing import Any

import numpy as np

from autograder.boundary.blueprint import Blueprint, Key, Node
from course.crossing import CannotCross

MAX_PARAMETERS = 20_000_000
MAX_FEATURES = 1 << 20
MAX_ALL_FEATURES = 1 << 22
MAX_OPERATIONS = 300_000_000
MAX_CALLS = 1000
Shape = tuple[Any, ...]


def survey(plan: Blueprint, weights: dict[str, list[np.ndarray]], path: str) -> None:
    """Check a blueprint against its weights; raise `CannotCross` where they do not agree.

    Bounds: 20 million parameters; 1000 calls of layers, those of nested models counted at each use;
    per image 2^20 values between two layers, 2^22 of all layers together (Keras holds all of them
    until the model has run) and 300 million multiplications. The lesson's network has 243,786
    parameters, 7 calls, 43,264 and about 65,000 values, and about 6 million multiplications.
    """
    work = _Survey(path, dict(weights))
    work.model(plan, (None, *plan.input_shape), "")
    if work.unused:
        raise work.refuse("it has weights that belong to none of its layers")


class _Survey:
    """Follows the calls in order, with the shape of each output."""

    def __init__(self, path: str, weights: dict[str, list[np.ndarray]]) -> None:
        self.path, self.weights = path, weights
        self.unused = set(weights)
        self.parameters = self.operations = self.features = self.calls = 0

    def refuse(self, reason: str) -> CannotCross:
        return CannotCross(self.path, "Keras model", reason)

    def model(self, plan: Blueprint, shape: Shape, prefix: str) -> Shape:
        if shape[1:] != plan.input_shape:
            raise self.refuse("a model inside it has another input shape than it is given")
        shapes: dict[Key, Shape] = {(plan.input_name, 0): shape}
        for node in plan.nodes:
            shapes[node.layer, node.index] = self._node(plan, node, shapes, prefix)
        return shapes[plan.output]

    def _node(self, plan: Blueprint, node: Node, shapes: dict[Key, Shape], prefix: str) -> Shape:
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise self.refuse("its layers are used too often")
        layer, inputs = plan.layers[node.layer], [shapes[source] for source in node.sources]
        if isinstance(layer, Blueprint):
            return self.model(layer, inputs[0], f"{prefix}{node.layer}/")
        try:
            result = layer.compute_output_shape(inputs if node.merges else inputs[0])
            expected = _weight_shapes(layer, inputs[0])
        # Each layer raises other errors for an input that it cannot take.
        except Exception as error:
            raise self.refuse(f"`{node.layer}` cannot take an input of {inputs[0][1:]}") from error
        shape = tuple(result)
        # A size below 1 appears where a window is larger than its input.
        if any(type(size) is not int or size < 1 for size in shape[1:]):
            raise self.refuse(f"`{node.layer}` would give an output of {shape[1:]}")
        self._check_weights(prefix + node.layer, expected, first=node.index == 0)
        self._count(layer, inputs[0], shape, expected)
        return shape

    def _check_weights(self, name: str, expected: list[Shape], first: bool) -> None:
        arrays = self.weights.get(name, [])
        self.unused.discard(name)
        if [array.shape for array in arrays] != expected:
            raise self.refuse(f"the weights of `{name}` do not have the shapes of such a layer")
        if any(array.dtype.kind != "f" for array in arrays):
            raise self.refuse(f"the weights of `{name}` are not floating-point numbers")
        self.parameters += first * sum(array.size for array in arrays)
        if self.parameters > MAX_PARAMETERS:
            raise self.refuse(f"it has more than {MAX_PARAMETERS:,} parameters")

    def _count(self, layer: Any, input_shape: Shape, shape: Shape, expected: list[Shape]) -> None:
        features = math.prod(size or 1 for size in shape)
        self.operations += _operations(layer, input_shape, features, expected)
        self.features += features
        if features > MAX_FEATURES or self.operations > MAX_OPERATIONS:
            raise self.refuse(f"`{layer.name}` is too large to be run on many images")
        if self.features > MAX_ALL_FEATURES:
            raise self.refuse("its layers together are too large to be run on many images")


def _weight_shapes(layer: Any, input_shape: Shape) -> list[Shape]:
    """Return the shapes of a layer's weights, in Keras's order, for this input shape."""
    kind = type(layer).__name__
    if kind == "Dense":
        return _with_bias(layer, [(input_shape[-1], layer.units)], layer.units)
    if kind == "Conv2D":
        kernel = (*layer.kernel_size, _channels(input_shape) // layer.groups, layer.filters)
        return _with_bias(layer, [kernel], layer.filters)
    if kind in ("DepthwiseConv2D", "SeparableConv2D"):
        channels = _channels(input_shape)
        depth = channels * layer.depth_multiplier
        kernels: list[Shape] = [(*layer.kernel_size, channels, layer.depth_multiplier)]
        if kind == "DepthwiseConv2D":
            return _with_bias(layer, kernels, depth)
        return _with_bias(layer, [*kernels, (1, 1, depth, layer.filters)], layer.filters)
    if kind == "BatchNormalization":
        size = input_shape[layer.axis]
        if size is None:
            raise ValueError("the batch axis cannot be normalized")
        return [(size,)] * (2 + layer.center + layer.scale)
    if kind == "PReLU":
        shared = layer.shared_axes or []
        return [tuple(1 if i in shared else n for i, n in enumerate(input_shape) if i)]
    return []


def _channels(input_shape: Shape) -> int:
    if len(input_shape) != 4 or input_shape[-1] is None:
        raise ValueError("images with a channel axis were expected")
    return input_shape[-1]


def _with_bias(layer: Any, kernels: list[Shape], size: int) -> list[Shape]:
    return [*kernels, (size,)] if layer.use_bias else kernels


def _operations(layer: Any, input_shape: Shape, features: int, expected: list[Shape]) -> int:
    """Return an upper bound of the multiplications per image, or comparisons for pooling."""
    if hasattr(layer, "pool_size"):
        return features * math.prod(layer.pool_size)
    if type(layer).__name__ == "SeparableConv2D":
        # The depthwise part has as many positions as the output, times its own channels.
        return features // layer.filters * sum(math.prod(shape) for shape in expected)
    if expected and hasattr(layer, "kernel_size"):
        filters = (
            expected[0][-1] if type(layer).__name__ == "Conv2D" else math.prod(expected[0][2:])
        )
        return features // filters * math.prod(expected[0])
    if type(layer).__name__ == "Dense":
        return features * (input_shape[-1] or 1)
    return features
