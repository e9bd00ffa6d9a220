"""Results of the usual mistakes, so that a check can name the idea that went wrong.

Each function maps ids of `misconceptions.CATALOGUE` to what that mistake would give on the check's
own input, or shapes to the misconception that gives them. Where one idea has several results, the
id is followed by a colon and what tells them apart.
"""

import numpy as np

from course.checks.arrays import Mistakes, is_close
from course.checks.formulas import wrong_results

EXACT = 1e-5
"""Relative tolerance for pixels: 32-bit numbers keep it; `/ 255.02` and rounding do not."""


def scaling(images: np.ndarray) -> Mistakes:
    """Mistakes with pixel values (n, height, width): not scaled, by another number, by the batch.

    More axes behind these are kept.
    """
    pixels = images.astype(float)
    largest = max(float(pixels.max()), 1.0)
    return {
        "not-scaled": pixels,
        "scaled-by-256": pixels / 256,
        "scaled-twice": pixels / 255 / 255,
        "scaled-to-integers": pixels // 255,
        "scaled-to-integers:rounded": np.rint(pixels / 255),
        "scaled-around-zero": pixels / 127.5 - 1,
        "scaled-around-zero:shifted": pixels / 255 - 0.5,
        "scaled-around-zero:centered": (pixels - pixels.mean()) / 255,
        "scaled-around-zero:centered only": pixels - pixels.mean(),
        "black-and-white-swapped": 1 - pixels / 255,
        "scaled-by-the-batch": pixels / largest,
        "scaled-by-the-batch:mean": pixels / (pixels.mean() or 1.0),
        **_normalized(pixels),
        **{f"digits-lost:{digits}": np.round(pixels / 255, digits) for digits in range(1, 5)},
        "nothing-written": np.zeros(pixels.shape),
        "scaled-by-another-number": lambda got: _is_proportional(got, pixels),
    }


def scaling_again(images: np.ndarray) -> Mistakes:
    """Mistakes as in `scaling`, of a function that has scaled other batches right."""
    return {"scaled-on-a-condition": images.astype(float)} | dict(scaling(images))


def _normalized(pixels: np.ndarray) -> dict[str, np.ndarray]:
    """What statistics knows as scaling: over the batch, each image, each column or each row."""
    results = {}
    for axes in (None, tuple(range(1, pixels.ndim)), 0, 1, 2):
        spread, total = np.std(pixels, axes, keepdims=True), np.sum(pixels, axes, keepdims=True)
        low, high = np.min(pixels, axes, keepdims=True), np.max(pixels, axes, keepdims=True)
        length = np.sqrt(np.sum(pixels**2, axes, keepdims=True))
        results[f"standardized:{axes}"] = (pixels - np.mean(pixels, axes, keepdims=True)) / (
            np.where(spread, spread, 1)
        )
        results[f"scaled-min-max:{axes}"] = (pixels - low) / np.where(high > low, high - low, 1)
        results[f"scaled-to-length:{axes}"] = pixels / np.where(length, length, 1)
        results[f"scaled-by-the-batch:largest {axes}"] = pixels / np.where(high, high, 1)
        results[f"scaled-by-the-batch:sum {axes}"] = pixels / np.where(total, total, 1)
    return results


def _is_proportional(got: np.ndarray, pixels: np.ndarray) -> bool:
    """Tell whether the result is the pixels times one positive number."""
    if got.shape != pixels.shape or not pixels.any():
        return False
    factor = float((got * pixels).sum() / (pixels**2).sum())
    return factor > 0 and is_close(got, factor * pixels, 1e-7)


def channel_axis(images: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes with the place of pixels, with the new axis where it belongs."""
    shape, side = (*images.shape, 1), min(images.shape[1:])
    corner = np.zeros(shape)
    corner[:, :side, :side, 0] = images[:, :side, :side]
    return {
        "square-only": corner,
        "rows-and-columns-swapped": images.swapaxes(1, 2)[..., np.newaxis],
        "reshape-as-transpose": images.swapaxes(1, 2).reshape(shape),
        "reshape-as-transpose:all axes": images.T.reshape(shape),
        "reshape-as-transpose:images last": np.moveaxis(images, 0, -1).reshape(shape),
        "reshape-as-transpose:columns": images.reshape(shape, order="F"),
        "fractions-lost": images.astype("uint8")[..., np.newaxis],
        "nothing-written": np.zeros(shape),
        "scaled-not-asked-for": images[..., np.newaxis] / 255,
        **_with_fewer_digits(images[..., np.newaxis]),
        "images-turned:upside down": images[:, ::-1, :, np.newaxis],
        "images-turned:mirrored": images[:, :, ::-1, np.newaxis],
        "images-turned:backwards": images[::-1, ..., np.newaxis],
    }


def _with_fewer_digits(values: np.ndarray) -> dict[str, np.ndarray]:
    """Round the values to several numbers of digits, or to 16 bits."""
    with np.errstate(over="ignore"):
        coarse = values.astype("float16")
    rounded = {f"digits-lost:{digits}": np.round(values, digits) for digits in range(5)}
    return {"too-few-bits": coarse, **rounded}


def preparing(images: np.ndarray) -> Mistakes:
    """Mistakes in scaling uint8 images (n, height, width) and adding the channel axis."""
    return dict(scaling(images[..., np.newaxis])) | channel_axis(images / 255)


def preparing_again(images: np.ndarray) -> Mistakes:
    """Mistakes as in `preparing`, of a function that has prepared other batches right."""
    return dict(scaling_again(images[..., np.newaxis])) | channel_axis(images / 255)


def scaled_shapes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    """Wrong shapes of scaled images, for images of shape (n, height, width)."""
    n, height, width = shape
    return {
        (n, height, width, 1): "axis-not-asked-for",
        (n, 1, height, width): "axis-not-asked-for",
        (1, n, height, width): "axis-not-asked-for",
        **_shapes_of_one_image(n, height, width),
        (n, width, height): "rows-and-columns-swapped",
        (n, height * width): "images-flattened",
        (n * height * width,): "images-flattened",
    }


def _shapes_of_one_image(n: int, *shape: int) -> dict[tuple[int, ...], str]:
    """Shapes of one image of several."""
    return dict.fromkeys([shape, (1, *shape)], "one-image-only") if n > 1 else {}


def image_shapes(shape: tuple[int, int, int]) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a batch of images of shape (n, height, width)."""
    n, height, width = shape
    return {
        (width, height, n, 1): "reshape-as-transpose",
        (height, width, 1, n): "reshape-as-transpose",
        (height, width, n, 1): "reshape-as-transpose",
        (n, width, height, 1): "rows-and-columns-swapped",
        (1, n, height, width): "channel-axis-in-front",
        (n, 1, height, width): "channel-axis-in-front",
        (n, height, 1, width): "channel-axis-in-front",
        shape: "channel-axis-missing",
        (n, height, width, 3): "channels-repeated",
        (n, height, width, 1, 1): "channel-axis-twice",
        (n, 1, height, width, 1): "channel-axis-twice",
        (1, n, height, width, 1): "channel-axis-twice",
        **_shapes_of_one_image(n, height, width),
        **_shapes_of_one_image(n, height, width, 1),
        (n, height * width): "images-flattened",
        (n, height * width, 1): "images-flattened",
        (n * height * width,): "images-flattened",
        (n * height * width, 1): "images-flattened",
    }


def output_sizes(size: int, kernel: int, stride: int, padding: int) -> dict[str, float]:
    """Mistakes in the count of a kernel's positions."""
    return wrong_results("output_size", size=size, kernel=kernel, stride=stride, padding=padding)


def convolution(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> dict[str, np.ndarray]:
    """Mistakes in the sum under the window: flipped, turned, averaged, or a maximum."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    wrong = {
        "kernel-flipped": kernel[::-1, ::-1],
        "kernel-flipped:upside down": kernel[::-1],
        "kernel-flipped:left to right": kernel[:, ::-1],
        "average-for-sum": kernel / kernel.size,
        "product-missing": np.ones_like(kernel),
    }
    if kernel.shape[0] == kernel.shape[1]:
        wrong["kernel-turned"] = kernel.T
        wrong["kernel-turned:left"] = np.rot90(kernel)
        wrong["kernel-turned:right"] = np.rot90(kernel, -1)
    results = {name: (windows * other).sum(axis=(2, 3)) for name, other in wrong.items()}
    products = windows * kernel
    right = products.sum(axis=(2, 3))
    results["largest-product"] = products.max(axis=(2, 3))
    results["negatives-lost"] = np.maximum(right, 0)
    results["sign-ignored"] = np.abs(right)
    results["fractions-lost"] = np.trunc(right)
    results["fractions-lost:before"] = (np.trunc(windows) * np.trunc(kernel)).sum(axis=(2, 3))
    rows, columns = kernel.shape
    results["stride-and-size-confused"] = right[::rows, ::columns]
    results["last-positions-empty"] = np.pad(right[:-1, :-1], (0, 1))
    if stride > 1:
        results |= _instead_of_stride(image, kernel, stride)
    return results


def _instead_of_stride(image: np.ndarray, kernel: np.ndarray, stride: int) -> dict[str, np.ndarray]:
    """What people do to make a map smaller, other than skipping positions."""

    def convolved(pixels: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(pixels, kernel.shape)
        return (windows * kernel).sum(axis=(2, 3))

    results = {}
    thinned, full = image[::stride, ::stride], convolved(image)
    if all(np.greater_equal(thinned.shape, kernel.shape)):
        results["stride-before-convolution"] = convolved(thinned)
    if min(full.shape) >= stride:
        results["pooling-for-stride"] = _blocks(full, stride).max(axis=(1, 3))
    return results


def _blocks(values: np.ndarray, size: int) -> np.ndarray:
    """Cut a map into whole blocks, (rows, size, columns, size)."""
    rows, columns = (extent // size for extent in values.shape)
    return values[: rows * size, : columns * size].reshape(rows, size, columns, size)


def convolution_shapes(
    image: tuple[int, int], kernel: tuple[int, int], stride: int = 1
) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a feature map; where two ideas give one shape, the likelier is named."""
    (height, width), (rows, columns) = image, kernel
    down, across = (height - rows) // stride, (width - columns) // stride
    full = height - rows + 1, width - columns + 1
    return {
        (height // rows, width // columns): "stride-and-size-confused",
        (-(-height // stride), -(-width // stride)): "padding-same",
        (height, width): "padding-same" if stride == 1 else "stride-ignored",
        (height + rows - 1, width + columns - 1): "padding-full",
        (across + 1, down + 1): "rows-and-columns-swapped",
        (full[0] // stride, full[1] // stride): "off-by-one",
        (down, across + 1): "off-by-one",
        (down + 1, across): "off-by-one",
        (down, across): "off-by-one",
        (down + 1, full[1]): "stride-one-way",
        (full[0], across + 1): "stride-one-way",
        full: "stride-ignored",
    }


def pooling(feature_map: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Mistakes in the choice from each block: average, sum, minimum, first."""
    blocks = _blocks(feature_map, size)
    split = [np.array_split(rows, size, axis=1) for rows in np.array_split(feature_map, size)]
    largest = blocks.max(axis=(1, 3))
    return {
        "average-for-max": blocks.mean(axis=(1, 3)),
        "sum-for-max": blocks.sum(axis=(1, 3)),
        "smallest-for-largest": blocks.min(axis=(1, 3)),
        "first-for-largest": blocks[:, 0, :, 0],
        "sign-ignored": np.abs(blocks).max(axis=(1, 3)),
        "negatives-lost": np.maximum(largest, 0),
        "fractions-lost": np.trunc(largest),
        "block-for-result": np.array([[part.max() for part in row] for row in split]),
    }


def pooling_shapes(shape: tuple[int, int], size: int) -> dict[tuple[int, ...], str]:
    """Wrong shapes of a pooled feature map."""
    height, width = shape
    return {
        (height // 2, width // 2): "size-ignored",
        (-(-height // 2), -(-width // 2)): "size-ignored",
        (size, size): "block-for-result",
        (-(-height // size), width // size): "remainder-kept",
        (height // size, -(-width // size)): "remainder-kept",
        (-(-height // size), -(-width // size)): "remainder-kept",
        (width // size, height // size): "rows-and-columns-swapped",
        (height - size + 1, width - size + 1): "pooling-overlaps",
        shape: "nothing-reduced",
    }


def parameter_counts(filters: int, kernel: int, channels: int) -> dict[str, float]:
    """Mistakes in the count of a Conv2D's weights."""
    return wrong_results("conv_parameters", filters=filters, kernel=kernel, channels=channels)
