"""The formulas of counts and small sums: the right ones, and the usual wrong ones.

A question bank names a formula, never its result; its parameters are the names that a question
draws after `values:`. The checks of `output_size` and `count_parameters` compare with the same
wrong formulas. A formula raises ValueError for values that make no sense together (a kernel larger
than its image); a question draws such values again.
"""

import inspect
import math
from collections.abc import Callable
from functools import cache

Formula = Callable[..., int | float]


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a kernel along one side; `padding` zeros lie on each side."""
    if kernel > size + 2 * padding:
        raise ValueError("the kernel is larger than the padded image")
    return (size + 2 * padding - kernel) // stride + 1


def same_padding(kernel: int) -> int:
    """Return the zeros on each side that keep the size for an odd kernel and stride 1."""
    if kernel % 2 == 0:
        raise ValueError("an even kernel has no equal padding on both sides")
    return (kernel - 1) // 2


def pooled_size(size: int, pool: int) -> int:
    """Count the whole windows along one side; Keras drops the remainder."""
    if pool > size:
        raise ValueError("the window is larger than the feature map")
    return size // pool


def convolved_then_pooled(size: int, kernel: int, pool: int) -> int:
    """Return the side after an unpadded convolution and a pooling layer."""
    return pooled_size(output_size(size, kernel), pool)


def flattened_length(side: int, filters: int) -> int:
    """Return the length of a flattened square stack of feature maps."""
    return side * side * filters


def flattened_after_pooling(size: int, kernel: int, pool: int, filters: int) -> int:
    """Return the length behind an unpadded convolution, a pooling layer and Flatten."""
    return flattened_length(convolved_then_pooled(size, kernel, pool), filters)


def conv_parameters(filters: int, kernel: int, channels: int) -> int:
    """Count the weights and biases of a Conv2D layer with square kernels."""
    return filters * (kernel * kernel * channels + 1)


def weights_per_filter(kernel: int, channels: int) -> int:
    """Count the weights of one filter, which reaches through all channels."""
    return kernel * kernel * channels


def dense_parameters(inputs: int, units: int) -> int:
    """Count the weights and biases of a Dense layer."""
    return (inputs + 1) * units


def conv_multiplications(size: int, kernel: int, channels: int, filters: int) -> int:
    """Count the multiplications of an unpadded convolution with stride 1 on a square image."""
    return output_size(size, kernel) ** 2 * kernel * kernel * channels * filters


def patch_response(a: int, b: int, c: int, d: int, p: int, q: int, r: int, s: int) -> int:
    """Multiply each pixel by the weight that lies on it; add the products up."""
    return a * p + b * q + c * r + d * s


def largest(a: int, b: int, c: int, d: int) -> int:
    """Return what max pooling keeps of a 2×2 window."""
    return max(a, b, c, d)


RIGHT: dict[str, Formula] = {
    formula.__name__: formula
    for formula in (
        output_size,
        same_padding,
        pooled_size,
        convolved_then_pooled,
        flattened_length,
        flattened_after_pooling,
        conv_parameters,
        weights_per_filter,
        dense_parameters,
        conv_multiplications,
        patch_response,
        largest,
    )
}
"""The right formulas by their names."""

WRONG: dict[str, dict[str, tuple[str, Formula]]] = {
    "output_size": {
        "first_position_forgotten": (
            "off-by-one",
            lambda size, kernel, stride=1, padding=0: (size + 2 * padding - kernel) // stride,
        ),
        "one_position_too_many": (
            "one-too-many",
            lambda size, kernel, stride=1, padding=0: (size + 2 * padding - kernel) // stride + 2,
        ),
        "kernel_and_stride_swapped": (
            "stride-and-size-confused",
            lambda size, kernel, stride=1, padding=0: (size + 2 * padding - stride) // kernel + 1,
        ),
        "padding_on_one_side": (
            "padding-on-one-side",
            lambda size, kernel, stride=1, padding=0: (size + padding - kernel) // stride + 1,
        ),
        "padding_ignored": (
            "padding-ignored",
            lambda size, kernel, stride=1: (size - kernel) // stride + 1,
        ),
        "stride_ignored": (
            "stride-ignored",
            lambda size, kernel, padding=0: size + 2 * padding - kernel + 1,
        ),
        "stride_of_2_written_in": (
            "stride-written-in",
            lambda size, kernel, padding=0: (size + 2 * padding - kernel) // 2 + 1,
        ),
        "kernel_of_3_written_in": (
            "kernel-written-in",
            lambda size, stride=1, padding=0: (size + 2 * padding - 3) // stride + 1,
        ),
        "padding_added_last": (
            "padding-added-last",
            lambda size, kernel, stride=1, padding=0: (size - kernel) // stride + 1 + 2 * padding,
        ),
        "padding_subtracted": (
            "padding-subtracted",
            lambda size, kernel, stride=1, padding=0: (size - 2 * padding - kernel) // stride + 1,
        ),
        "one_divided_too": (
            "one-divided-too",
            lambda size, kernel, stride=1, padding=0: (size + 2 * padding - kernel + 1) // stride,
        ),
        "stride_multiplied": (
            "stride-multiplied",
            lambda size, kernel, stride=1, padding=0: (size + 2 * padding - kernel) * stride + 1,
        ),
        "kernel_twice": (
            "kernel-subtracted-twice",
            lambda size, kernel, stride=1, padding=0: (
                (size + 2 * padding - 2 * kernel) // stride + 1
            ),
        ),
        "rounded_up": (
            "rounded-up",
            lambda size, kernel, stride=1, padding=0: (
                math.ceil((size + 2 * padding - kernel) / stride) + 1
            ),
        ),
        "rounded_to_the_nearest": (
            "rounded-up",
            lambda size, kernel, stride=1, padding=0: (
                round((size + 2 * padding - kernel) / stride) + 1
            ),
        ),
        "kernel_size_ignored": (
            "kernel-size-ignored",
            lambda size, stride=1, padding=0: (size + 2 * padding) // stride,
        ),
        "kernel_size_ignored_plus_one": (
            "kernel-size-ignored",
            lambda size, stride=1, padding=0: (size + 2 * padding) // stride + 1,
        ),
        "size_of_same_padding": ("padding-same", lambda size, stride=1: math.ceil(size / stride)),
        "input_size": ("", lambda size: size),
        "kernel_cut_on_both_sides": ("", lambda size, kernel: size - 2 * kernel),
    },
    "same_padding": {
        "padding_of_both_sides": ("", lambda kernel: kernel - 1),
        "padding_as_wide_as_kernel": ("", lambda kernel: kernel),
    },
    "pooled_size": {
        "pooled_size_rounded_up": ("remainder-kept", lambda size, pool: math.ceil(size / pool)),
        "pooled_with_stride_one": ("pooling-overlaps", lambda size, pool: size - pool + 1),
    },
    "convolved_then_pooled": {
        "pooled_only": ("", pooled_size),
        "convolved_only": ("", lambda size, kernel: output_size(size, kernel)),
        "pooled_then_convolved": (
            "pooling-before-convolution",
            lambda size, kernel, pool: output_size(pooled_size(size, pool), kernel),
        ),
    },
    "flattened_length": {
        "one_side_flattened": ("", lambda side, filters: side * filters),
        "one_map_flattened": ("", lambda side: side * side),
    },
    "flattened_after_pooling": {
        "flattened_one_side": (
            "",
            lambda size, kernel, pool, filters: convolved_then_pooled(size, kernel, pool) * filters,
        ),
        "flattened_before_pooling": (
            "",
            lambda size, kernel, filters: flattened_length(output_size(size, kernel), filters),
        ),
        "flattened_without_filters": (
            "",
            lambda size, kernel, pool: convolved_then_pooled(size, kernel, pool) ** 2,
        ),
    },
    "conv_parameters": {
        "conv_weights_only": (
            "bias-forgotten",
            lambda filters, kernel, channels: filters * kernel**2 * channels,
        ),
        "one_bias_per_channel": (
            "bias-per-channel",
            lambda filters, kernel, channels: filters * channels * (kernel**2 + 1),
        ),
        "one_bias_in_all": (
            "one-bias",
            lambda filters, kernel, channels: filters * kernel**2 * channels + 1,
        ),
        "channels_forgotten": (
            "channels-forgotten",
            lambda filters, kernel: filters * (kernel**2 + 1),
        ),
        "channels_and_biases_forgotten": (
            "channels-forgotten",
            lambda filters, kernel: filters * kernel**2,
        ),
        "kernel_not_squared": (
            "kernel-not-squared",
            lambda filters, kernel, channels: filters * (kernel * channels + 1),
        ),
        "filters_forgotten": (
            "filters-forgotten",
            lambda kernel, channels: kernel**2 * channels + 1,
        ),
        "filters_and_bias_forgotten": (
            "filters-forgotten",
            lambda kernel, channels: kernel**2 * channels,
        ),
        "caret_for_power": (
            "caret-for-power",
            lambda filters, kernel, channels: filters * ((kernel ^ 2) * channels + 1),
        ),
        "channels_added": (
            "channels-added",
            lambda filters, kernel, channels: filters * (kernel**2 + channels + 1),
        ),
        "channels_added_without_bias": (
            "channels-added",
            lambda filters, kernel, channels: filters * (kernel**2 + channels),
        ),
        "kernel_doubled": (
            "kernel-not-squared",
            lambda filters, kernel, channels: filters * (2 * kernel * channels + 1),
        ),
        "kernel_of_3_counted": (
            "kernel-written-in",
            lambda filters, channels: filters * (9 * channels + 1),
        ),
        "bias_per_weight": (
            "bias-per-weight",
            lambda filters, kernel, channels: 2 * filters * kernel**2 * channels,
        ),
        "biases_of_the_channels": (
            "bias-per-channel",
            lambda filters, kernel, channels: filters * kernel**2 * channels + channels,
        ),
    },
    "weights_per_filter": {
        "weights_of_one_slice": ("channels-forgotten", lambda kernel: kernel**2),
        "weights_added_over_channels": ("", lambda kernel, channels: kernel**2 + channels),
    },
    "dense_parameters": {
        "dense_weights_only": ("", lambda inputs, units: inputs * units),
        "dense_bias_per_input": ("", lambda inputs, units: inputs * units + inputs),
    },
    "conv_multiplications": {
        "multiplications_at_one_position": (
            "",
            lambda kernel, channels, filters: kernel**2 * channels * filters,
        ),
        "multiplications_at_every_pixel": (
            "",
            lambda size, kernel, channels, filters: size**2 * kernel**2 * channels * filters,
        ),
    },
    "patch_response": {
        # Turned by 180 degrees, as mathematicians do.
        "flipped_response": (
            "kernel-flipped",
            lambda a, b, c, d, p, q, r, s: a * s + b * r + c * q + d * p,
        ),
        # Row by column as for matrices, then the diagonal added up.
        "matrix_product_trace": (
            "",
            lambda a, b, c, d, p, q, r, s: a * p + b * r + c * q + d * s,
        ),
        "sums_multiplied": (
            "",
            lambda a, b, c, d, p, q, r, s: (a + b + c + d) * (p + q + r + s),
        ),
    },
    "largest": {
        "mean": ("average-for-max", lambda a, b, c, d: (a + b + c + d) / 4),
        "total": ("sum-for-max", lambda a, b, c, d: a + b + c + d),
    },
}
"""Right formula → wrong formula → id of its misconception ("" without one), what it computes."""

FORMULAS: dict[str, Formula] = RIGHT | {
    name: formula for wrong in WRONG.values() for name, (_, formula) in wrong.items()
}
"""Every formula that a bank may name."""


@cache
def parameters(formula: str) -> tuple[set[str], set[str]]:
    """Return the names that a formula must be given, and all names that it takes."""
    taken = inspect.signature(FORMULAS[formula]).parameters.values()
    required = {item.name for item in taken if item.default is inspect.Parameter.empty}
    return required, {item.name for item in taken}


def compute(formula: str, **values: int) -> int | float:
    """Return the number that the formula named `formula` gives for `values`.

    Values that the formula does not take are ignored: a question may draw more than it needs.
    """
    wanted = parameters(formula)[1]
    return FORMULAS[formula](**{name: value for name, value in values.items() if name in wanted})


def wrong_results(right: str, **values: int) -> dict[str, float]:
    """Compute what each known misconception gives in place of the formula `right`.

    The keys are `id:formula`, because an idea may have several formulas.
    """
    return {
        f"{misconception}:{name}": compute(name, **values)
        for name, (misconception, _) in WRONG[right].items()
        if misconception
    }
