"""Tells a garment's borders from its inside, and finds a garment without a pattern."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course.plots.operations.kernels import convolved

_HORIZONTAL_EDGES = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])


def border_windows(image: np.ndarray) -> dict[str, np.ndarray]:
    """Say of each 3×3 window of an image (H, W) which part of a garment it covers.

    Returns bool arrays (H − 2, W − 2): "upright" and "level" where the window lies on a border
    between garment and ground of that direction, "inside" where it lies on the garment.
    """
    garment = np.asarray(image) > 0.1 * np.max(image)
    cloth = sliding_window_view(garment, (3, 3))
    rows, columns = cloth.swapaxes(2, 3), cloth
    inside = cloth.all(axis=(2, 3))
    return {"upright": _crossed(rows), "level": _crossed(columns), "inside": np.asarray(inside)}


def _crossed(windows: np.ndarray) -> np.ndarray:
    """Tell where one outer row of a window is all garment and the opposite one all ground."""
    first, last = windows[:, :, 0], windows[:, :, 2]
    return np.asarray((first.all(-1) & ~last.any(-1)) | (last.all(-1) & ~first.any(-1)))


def strength_by_border(image: np.ndarray, kernel: np.ndarray) -> dict[str, float]:
    """Return the mean absolute answer of a 3×3 kernel in each part of `border_windows`."""
    answers = np.abs(convolved(image, kernel))
    parts = border_windows(image).items()
    return {part: float(answers[mask].mean()) if mask.any() else 0.0 for part, mask in parts}


def plainest(images: np.ndarray) -> np.ndarray:
    """Return the garment (H, W) of images (n, H, W) with the fewest edges inside its borders.

    A garment that touches the upper or lower border of its image is taken only if all do.
    """
    return images[int(np.argmin([_unrest(image) for image in images]))]


def _unrest(image: np.ndarray) -> float:
    """Return the strength of the edges inside a garment as a share of those at its borders."""
    strength = strength_by_border(image, _HORIZONTAL_EDGES)
    touches = np.any(image[:1]) or np.any(image[-2:])
    return strength["inside"] / (strength["level"] or 1.0) + bool(touches)
