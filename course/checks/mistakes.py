"""Results of the usual mistakes, so that a check can name the idea that went wrong.

Each function maps ids of `misconceptions.CATALOGUE` to what that mistake would give on the check's
own input, or shapes to the misconception that gives them. Where one idea has several results, the
id is followed by a colon and what tells them apart. Those of images take far longer to compute than
a right answer, so they are computed on demand, from a copy of the images.
"""

from collections.abc import Callable
from functools import partial, wraps

import numpy as np

from course.checks.arrays import Mistakes, OnDemand, is_close
from course.checks.formulas import wrong_results

EXACT = 1e-5
"""Relative tolerance for pixels: 32-bit numbers keep it; `/ 255.02` and rounding do not."""


def together(*parts: Mistakes) -> Mistakes:
    """All of these mistakes, computed on demand; of two with one id, the later."""
    return OnDemand(lambda: {name: wrong for part in parts for name, wrong in part.items()})


def _on_demand(compute: Callable[[np.ndarray], Mistakes]) -> Callable[[np.ndarray], Mistakes]:
    """Let a function of images wait until its first result is looked at."""

    @wraps(compute)
    def waiting(images: np.ndarray) -> Mistakes:
        return OnDemand(partial(compute, images.copy()))

    return waiting


@_on_demand
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
        "too-few-bits": (pixels / 255).astype("float16"),
        **{f"digits-lost:{digits}": np.round(pixels / 255, digits) for digits in range(1, 5)},
        **{
            f"digits-lost:{digits}, down": np.floor(pixels / 255 * 10**digits) / 10**digits
            for digits in range(1, 5)
        },
        "nothing-written": np.zeros(pixels.shape),
        "scaled-by-another-number": lambda got: _is_proportional(got, pixels),
    }


@_on_demand
def scaling_again(images: np.ndarray) -> Mistakes:
    """Mistakes as in `scaling`, of a function that has scaled other batches right."""
    return {"scaled-on-a-condition": images.astype(float), **scaling(images)}


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


@_on_demand
def channel_axis(images: np.ndarray) -> Mistakes:
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
        "reshape-as-transpose:all in columns": images.ravel().reshape(shape, order="F"),
        "fractions-lost": images.astype("uint8")[..., np.newaxis],
        "nothing-written": np.zeros(shape),
        "scaled-not-asked-for": images[..., np.newaxis] / 255,
        **_with_fewer_digits(images[..., np.newaxis]),
        "images-turned:upside down": images[:, ::-1, :, np.newaxis],
        "images-turned:mirrored": images[:, :, ::-1, np.newaxis],
        "images-in-another-order": lambda got: _is_reordered(got[..., 0], images),
    }


def _is_reordered(got: np.ndarray, images: np.ndarray) -> bool:
    """Tell whether the result holds the same images, each as it was, in another order."""
    if got.shape != images.shape:
        return False
    return sorted(image.astype(float).tobytes() for image in got) == sorted(
        image.astype(float).tobytes() for image in images
    )


def _with_fewer_digits(values: np.ndarray) -> dict[str, np.ndarray]:
    """Round the values to several numbers of digits, or to 16 bits."""
    with np.errstate(over="ignore"):
        coarse = values.astype("float16")
    rounded = {f"digits-lost:{digits}": np.round(values, digits) for digits in range(5)}
    return {"too-few-bits": coarse, **rounded}


@_on_demand
def preparing(images: np.ndarray) -> Mistakes:
    """Mistakes in scaling uint8 images (n, height, width) and adding the channel axis."""
    return together(scaling(images[..., np.newaxis]), channel_axis(images / 255))


@_on_demand
def preparing_again(images: np.ndarray) -> Mistakes:
    """Mistakes as in `preparing`, of a function that has prepared other batches right."""
    return together(scaling_again(images[..., np.newaxis]), channel_axis(images / 255))


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


def parameter_counts(filters: int, kernel: int, channels: int) -> dict[str, float]:
    """Mistakes in the count of a Conv2D's weights."""
    return wrong_results("conv_parameters", filters=filters, kernel=kernel, channels=channels)
