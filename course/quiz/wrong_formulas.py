"""The wrong formulas that a numeric question recognizes, each a misconception of its own.

An answer that one of them gives is met with the explanation that the bank wrote for it.
"""

from course.quiz.formulas import (
    convolved_then_pooled,
    flattened_length,
    formula,
    output_size,
    patch_response,
    pooled_size,
)


@formula
def first_position_forgotten(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Count the steps instead of the positions."""
    return output_size(size, kernel, stride, padding) - 1


@formula
def padding_on_one_side(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Add the padding once instead of on both sides."""
    return (size + padding - kernel) // stride + 1


@formula
def padding_ignored(size: int, kernel: int, stride: int = 1) -> int:
    """Leave the padding out."""
    return output_size(size, kernel, stride)


@formula
def stride_ignored(size: int, kernel: int, padding: int = 0) -> int:
    """Move the kernel by one pixel whatever the stride."""
    return output_size(size, kernel, 1, padding)


@formula
def input_size(size: int) -> int:
    """Take the output to be as large as the input."""
    return size


@formula
def kernel_cut_on_both_sides(size: int, kernel: int) -> int:
    """Lose a whole kernel instead of the kernel less one."""
    return size - 2 * kernel


@formula
def padding_of_both_sides(kernel: int) -> int:
    """Give the zeros of both sides together."""
    return kernel - 1


@formula
def padding_as_wide_as_kernel(kernel: int) -> int:
    """Pad with a whole kernel."""
    return kernel


@formula
def pooled_size_rounded_up(size: int, pool: int) -> int:
    """Count a window for the remainder too."""
    return -(-size // pool)


@formula
def pooled_with_stride_one(size: int, pool: int) -> int:
    """Move the pooling window by one pixel, as a convolution would."""
    return size - pool + 1


@formula
def pooled_only(size: int, pool: int) -> int:
    """Take the convolution to keep the size."""
    return pooled_size(size, pool)


@formula
def convolved_only(size: int, kernel: int) -> int:
    """Leave the pooling out."""
    return output_size(size, kernel)


@formula
def pooled_then_convolved(size: int, kernel: int, pool: int) -> int:
    """Apply the two layers in the wrong order."""
    return output_size(pooled_size(size, pool), kernel)


@formula
def one_side_flattened(side: int, filters: int) -> int:
    """Multiply by one side only."""
    return side * filters


@formula
def one_map_flattened(side: int) -> int:
    """Flatten a single feature map."""
    return side * side


@formula
def flattened_one_side(size: int, kernel: int, pool: int, filters: int) -> int:
    """Multiply by one side of the feature maps only."""
    return one_side_flattened(convolved_then_pooled(size, kernel, pool), filters)


@formula
def flattened_before_pooling(size: int, kernel: int, filters: int) -> int:
    """Leave the pooling out."""
    return flattened_length(output_size(size, kernel), filters)


@formula
def flattened_without_filters(size: int, kernel: int, pool: int) -> int:
    """Flatten a single feature map."""
    return one_map_flattened(convolved_then_pooled(size, kernel, pool))


@formula
def conv_weights_only(filters: int, kernel: int, channels: int) -> int:
    """Forget the biases."""
    return filters * kernel * kernel * channels


@formula
def channels_forgotten(filters: int, kernel: int) -> int:
    """Give every filter one flat kernel, whatever the number of channels."""
    return filters * (kernel * kernel + 1)


@formula
def one_bias_in_all(filters: int, kernel: int, channels: int) -> int:
    """Count one bias for the whole layer."""
    return filters * kernel * kernel * channels + 1


@formula
def weights_of_one_slice(kernel: int) -> int:
    """Count the weights for a single channel."""
    return kernel * kernel


@formula
def weights_added_over_channels(kernel: int, channels: int) -> int:
    """Add the channels instead of multiplying by them."""
    return kernel * kernel + channels


@formula
def dense_weights_only(inputs: int, units: int) -> int:
    """Forget the biases."""
    return inputs * units


@formula
def dense_bias_per_input(inputs: int, units: int) -> int:
    """Give every input a bias instead of every unit."""
    return inputs * units + inputs


@formula
def multiplications_at_one_position(kernel: int, channels: int, filters: int) -> int:
    """Count a single position of the kernel."""
    return kernel * kernel * channels * filters


@formula
def multiplications_at_every_pixel(size: int, kernel: int, channels: int, filters: int) -> int:
    """Let the kernel stand on every pixel of the input."""
    return size * size * kernel * kernel * channels * filters


@formula
def flipped_response(a: int, b: int, c: int, d: int, p: int, q: int, r: int, s: int) -> int:
    """Turn the kernel by 180 degrees first, as mathematicians do; Conv2D does not."""
    return patch_response(a, b, c, d, s, r, q, p)


@formula
def matrix_product_trace(a: int, b: int, c: int, d: int, p: int, q: int, r: int, s: int) -> int:
    """Multiply row by column as for matrices, then add the diagonal."""
    return a * p + b * r + c * q + d * s


@formula
def sums_multiplied(a: int, b: int, c: int, d: int, p: int, q: int, r: int, s: int) -> int:
    """Add first, multiply afterwards."""
    return (a + b + c + d) * (p + q + r + s)


@formula
def mean(a: int, b: int, c: int, d: int) -> float:
    """Return what average pooling keeps of a 2×2 window."""
    return (a + b + c + d) / 4


@formula
def total(a: int, b: int, c: int, d: int) -> int:
    """Add the window up, as a kernel of ones would."""
    return a + b + c + d
