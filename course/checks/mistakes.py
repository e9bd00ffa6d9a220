"""Results of the usual mistakes, so that a check can name the idea that went wrong.

Each function maps a message to what that mistake would give on the check's own small input.
"""

import math

import numpy as np


def scaling(images: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes with pixel values: not scaled, by 256, twice, by the batch, around zero."""
    pixels = images.astype(float)
    spread = max(float(pixels.max() - pixels.min()), 1.0)
    return {
        "the pixels were not scaled: 255 is still 255, but should become 1.": pixels,
        "the pixels were divided by 256. The largest pixel is 255.": pixels / 256,
        "the pixels were scaled twice. Once is enough.": pixels / 255 / 255,
        "0 should stay 0, but the pixels were moved to lie around it.": pixels / 127.5 - 1,
        "the pixels were divided by the largest one in this batch. The scale must be the same "
        "for every batch: 255 becomes 1.": pixels / max(float(pixels.max()), 1.0),
        "the pixels were stretched over the range of this batch. The scale must be the same for "
        "every batch.": (pixels - pixels.min()) / spread,
    }


def channel_axis(images: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes with the place of pixels, as the values that come out in reading order."""
    swapped, upended = images.transpose(0, 2, 1), images[:, ::-1]
    return {
        "the shape is right, but rows and columns were swapped on the way. "
        "An axis is added, none is turned.": swapped.ravel(),
        "the shape is right, but the images stand on their heads now.": upended.ravel(),
    }


def image_shapes(shape: tuple[int, int, int]) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a batch of images of shape (n, height, width)."""
    n, height, width = shape
    return {
        shape: "The channel axis is missing: an axis of size 1 belongs at the end, because Conv2D "
        "wants (images, height, width, channels).",
        (1, n, height, width): "The new axis is in front. Channels come last.",
        (n, 1, height, width): "The new axis stands before height and width. Channels come last.",
        (n, height, 1, width): "The new axis stands before the width. Channels come last.",
        (n, width, height, 1): "Height and width are swapped.",
        (n, height, width, 1, 1): "The channel axis was added twice.",
        (n, height * width): "The images were flattened. Keep height and width.",
        (n, height * width, 1): "The images were flattened. Keep height and width.",
        (n * height * width,): "Everything was flattened. Keep images, height and width.",
    }


def output_sizes(size: int, kernel: int, stride: int, padding: int) -> dict[str, float]:
    """Mistakes in the count of a kernel's positions."""
    span = size + 2 * padding - kernel
    return {
        "one position is missing: the kernel also fits at the very start. "
        "Count the positions, not the steps between them.": span // stride,
        "the padding was added on one side only; there are zeros on both.": (span - padding)
        // stride
        + 1,
        "the padding was left out.": (span - 2 * padding) // stride + 1,
        "the stride was left out.": span + 1,
        "the last step does not fit any more: round down, not up.": math.ceil(span / stride) + 1,
        "the kernel's size was left out.": (size + 2 * padding) // stride,
    }


def convolution(image: np.ndarray, kernel: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes in the sum under the window: flipped, turned, averaged, or a maximum."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    wrong = {
        "the kernel was flipped (true convolution). Conv2D lays it on the image as it is.": kernel[
            ::-1, ::-1
        ],
        "the kernel was flipped upside down. Lay it on the image as it is.": kernel[::-1],
        "the kernel was flipped left to right. Lay it on the image as it is.": kernel[:, ::-1],
        "the sum was divided by the number of products. It is a sum, not an average.": kernel
        / kernel.size,
    }
    if kernel.shape[0] == kernel.shape[1]:
        wrong["the kernel was transposed: row and column are mixed up."] = kernel.T
    results = {text: (windows * other).sum(axis=(2, 3)) for text, other in wrong.items()}
    results["products were taken, but not added up: only the largest was kept."] = (
        windows * kernel
    ).max(axis=(2, 3))
    return results


def convolution_shapes(
    image: tuple[int, int], kernel: tuple[int, int], stride: int = 1
) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a feature map."""
    (height, width), (rows, columns) = image, kernel
    down, across = (height - rows) // stride, (width - columns) // stride
    return {
        (
            -(-height // stride),
            -(-width // stride),
        ): 'That is padding="same"; here the kernel stays inside the image (padding="valid").',
        (height + rows - 1, width + columns - 1): "The kernel must stay inside the image.",
        (down, across): "One position is missing: off by one at the end of the loops.",
        (height - rows + 1, width - columns + 1): "The stride was left out.",
        (across + 1, down + 1): "Rows and columns are swapped.",
    }


def pooling(feature_map: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Mistakes in the choice from each block: average, sum, minimum, first."""
    rows, columns = (extent // size for extent in feature_map.shape)
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return {
        "that is the average of each block (average pooling). Keep the largest.": blocks.mean(
            axis=(1, 3)
        ),
        "that is the sum of each block. Keep the largest value.": blocks.sum(axis=(1, 3)),
        "that is the smallest value of each block. Keep the largest.": blocks.min(axis=(1, 3)),
        "that is the first value of each block. Keep the largest.": blocks[:, 0, :, 0],
        "the largest absolute value was taken. With its sign, a negative value is small.": np.abs(
            blocks
        ).max(axis=(1, 3)),
        "negative values became 0. The largest of a block may be negative.": np.maximum(
            blocks.max(axis=(1, 3)), 0
        ),
    }


def pooling_shapes(shape: tuple[int, int], size: int) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a pooled feature map."""
    height, width = shape
    return {
        (-(-height // size), -(-width // size)): "The remainder was kept. "
        "What does not fill a whole block is dropped, as Keras does.",
        (height - size + 1, width - size + 1): "The window moved by 1. "
        "In pooling the stride is the size of the block.",
        shape: "Nothing was reduced.",
        (size, size): "`size` is the block, not the result.",
    }


def parameter_counts(filters: int, kernel: int, channels: int) -> dict[str, int]:
    """Mistakes in the count of a Conv2D's weights."""
    area = kernel * kernel
    return {
        "the biases are missing: one for each filter.": filters * area * channels,
        "a filter has one bias, not one for each channel.": filters * channels * (area + 1),
        "every filter has a bias of its own; only one was counted.": filters * area * channels + 1,
        "the channels are missing: a filter looks at all channels at once.": filters * (area + 1),
        "the kernel is square: count rows times columns.": filters * (kernel * channels + 1),
        "the number of filters is missing.": area * channels + 1,
    }
