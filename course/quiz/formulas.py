"""The named formulas of numeric questions; those that people mistake for them are in mistakes.py.

A bank names a formula, never its result. The parameters are the names that a question draws
after `values:`. A formula raises ValueError for values that make no sense together (a kernel
larger than its image); such values are drawn again.
"""

from collections.abc import Callable
from typing import TypeVar

FORMULAS: dict[str, Callable[..., int | float]] = {}
_Formula = TypeVar("_Formula", bound=Callable[..., int | float])


def formula(function: _Formula) -> _Formula:
    """Register a function under its own name, so that banks can name it."""
    FORMULAS[function.__name__] = function
    return function


@formula
def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a kernel along one side; `padding` zeros lie on each side."""
    if kernel > size + 2 * padding:
        raise ValueError("the kernel is larger than the padded image")
    return (size + 2 * padding - kernel) // stride + 1


@formula
def same_padding(kernel: int) -> int:
    """Return the zeros on each side that keep the size for an odd kernel and stride 1."""
    if kernel % 2 == 0:
        raise ValueError("an even kernel has no equal padding on both sides")
    return (kernel - 1) // 2


@formula
def pooled_size(size: int, pool: int) -> int:
    """Count the whole windows along one side; Keras drops the remainder."""
    if pool > size:
        raise ValueError("the window is larger than the feature map")
    return size // pool


@formula
def convolved_then_pooled(size: int, kernel: int, pool: int) -> int:
    """Return the side after an unpadded convolution and a pooling layer."""
    return pooled_size(output_size(size, kernel), pool)


@formula
def flattened_length(side: int, filters: int) -> int:
    """Return the length of a flattened square stack of feature maps."""
    return side * side * filters


@formula
def flattened_after_pooling(size: int, kernel: int, pool: int, filters: int) -> int:
    """Return the length behind an unpadded convolution, a pooling layer and Flatten."""
    return flattened_length(convolved_then_pooled(size, kernel, pool), filters)


@formula
def conv_parameters(filters: int, kernel: int, channels: int) -> int:
    """Count the weights and biases of a Conv2D layer with square kernels."""
    return filters * (kernel * kernel * channels + 1)


@formula
def weights_per_filter(kernel: int, channels: int) -> int:
    """Count the weights of one filter, which reaches through all channels."""
    return kernel * kernel * channels


@formula
def dense_parameters(inputs: int, units: int) -> int:
    """Count the weights and biases of a Dense layer."""
    return (inputs + 1) * units


@formula
def conv_multiplications(size: int, kernel: int, channels: int, filters: int) -> int:
    """Count the multiplications of an unpadded convolution with stride 1 on a square image."""
    return output_size(size, kernel) ** 2 * kernel * kernel * channels * filters


@formula
def patch_response(a: int, b: int, c: int, d: int, p: int, q: int, r: int, s: int) -> int:
    """Multiply each pixel by the weight above it; add the products up."""
    return a * p + b * q + c * r + d * s


@formula
def largest(a: int, b: int, c: int, d: int) -> int:
    """Return what max pooling keeps of a 2×2 window."""
    return max(a, b, c, d)
