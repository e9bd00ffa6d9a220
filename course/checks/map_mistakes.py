"""Results of the usual mistakes with feature maps: convolution, stride and pooling.

As in `mistakes.py`, ids of `misconceptions.CATALOGUE` stand for what a mistake would give on the
check's own input, with a colon and a remark where one idea has several results.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.checks.arrays import Mistakes, is_close


def convolution(image: np.ndarray, kernel: np.ndarray, stride: int | None = None) -> Mistakes:
    """Mistakes in the sum under the window of an image (H, W) and a kernel (kh, kw).

    `stride` is None where the learner's function takes none.
    """
    image, kernel, step = image.astype(float), kernel.astype(float), stride or 1
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    full = (windows * kernel).sum(axis=(2, 3))
    right = full[::step, ::step]
    (rows, columns), side = right.shape, min(right.shape)
    return {
        **_under_the_window(windows[::step, ::step], kernel),
        **_of_the_values(right),
        "fractions-lost:before": _under(np.trunc(windows[::step, ::step]), np.trunc(kernel)),
        "fractions-lost:image": _under(np.trunc(windows[::step, ::step]), kernel),
        "fractions-lost:kernel": _under(windows[::step, ::step], np.trunc(kernel)),
        **_of_the_places(right),
        **({} if rows == columns else {"square-only": right[:side, :side]}),
        "off-by-one": right[:-1, :-1],
        "off-by-one:down": right[:-1],
        "off-by-one:across": right[:, :-1],
        **_at_other_positions(image, kernel, full, step),
        **_as_large_as_the_image(image, kernel, right, step),
    }


def _under(windows: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Add up the products under each window: (rows, columns, kh, kw), (kh, kw)."""
    return np.einsum("ijkl,kl->ij", windows, kernel)


def _under_the_window(windows: np.ndarray, kernel: np.ndarray) -> dict[str, np.ndarray]:
    """Another kernel, or other sums than that of all products."""
    kernels = {
        "kernel-flipped": kernel[::-1, ::-1],
        "kernel-flipped:upside down": kernel[::-1],
        "kernel-flipped:left to right": kernel[:, ::-1],
        "average-for-sum": kernel / kernel.size,
        "product-missing": np.ones_like(kernel),
    }
    for name, used in [("both", (-1, -1)), ("row", (-1, None)), ("column", (None, -1))]:
        cut = np.zeros_like(kernel)
        cut[: used[0], : used[1]] = kernel[: used[0], : used[1]]
        kernels[f"kernel-cut:{name}"] = cut
    if kernel.shape[0] == kernel.shape[1]:
        kernels["kernel-turned"] = kernel.T
        kernels["kernel-turned:left"] = np.rot90(kernel)
        kernels["kernel-turned:right"] = np.rot90(kernel, -1)
    results = {name: _under(windows, other) for name, other in kernels.items()}
    if kernel.shape[0] == kernel.shape[1]:
        results["matrix-product"] = np.einsum("ijkm,mn->ij", windows, kernel)
        results["matrix-product:kernel first"] = np.einsum("km,ijmn->ij", kernel, windows)
        results["matrix-product:trace"] = np.einsum("ijkm,mk->ij", windows, kernel)
    products = windows * kernel
    return results | {
        "largest-product": products.max(axis=(2, 3)),
        "last-product-only": products[:, :, -1, -1],
        "sums-multiplied": windows.sum(axis=(2, 3)) * kernel.sum(),
        "added-for-multiplied": (windows + kernel).sum(axis=(2, 3)),
    }


def _of_the_values(right: np.ndarray) -> dict[str, Any]:
    """What becomes of right numbers that are converted, cut off or kept in bytes."""
    whole = np.trunc(right)
    return {
        "values-clipped": lambda got: _is_clipped(got, right),
        "negatives-lost": np.maximum(right, 0),
        "sign-ignored:result": np.abs(right),
        "fractions-lost": whole,
        "fractions-lost:rounded": np.rint(right),
        "fractions-lost:rounded down": np.floor(right),
        "fractions-lost:bytes": whole % 256,
        **{f"digits-lost:{digits}": np.round(right, digits) for digits in range(1, 7)},
    }


def _is_clipped(got: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether values beyond a limit, other than negative ones, were replaced by that limit."""
    low, high = got.min(), got.max()
    if got.shape != right.shape or low == 0 or not ((got > low) & (got < high)).any():
        return False
    return is_close(got, np.clip(right, low, high), 1e-6)


def _of_the_places(right: np.ndarray) -> dict[str, np.ndarray]:
    """Right numbers in wrong places, missing, or added to those before."""
    only = np.zeros_like(right, dtype=float)
    results = {"nothing-written": only}
    written: dict[str, Any] = {
        "last-positions-empty": np.s_[:-1, :-1],
        "last-positions-empty:row": np.s_[:-1],
        "last-positions-empty:column": np.s_[:, :-1],
        "returned-too-early": np.s_[:1, :1],
        "returned-too-early:row": np.s_[:1],
        "written-after-the-loop": np.s_[-1:, -1:],
        "written-after-the-loop:row": np.s_[-1:],
        "written-after-the-loop:column": np.s_[:, -1:],
    }
    for name, kept in written.items():
        results[name] = only.copy()
        results[name][kept] = right[kept]
    if right.shape[0] == right.shape[1]:
        results["rows-and-columns-swapped"] = right.T
    results["sum-not-reset"] = np.cumsum(right).reshape(right.shape)
    results["sum-not-reset:row"] = np.cumsum(right, axis=1)
    return results


def _at_other_positions(
    image: np.ndarray, kernel: np.ndarray, full: np.ndarray, stride: int
) -> dict[str, np.ndarray]:
    """Other positions than every stride-th one.

    `full` is the convolution at every position.
    """
    (kh, kw), right = kernel.shape, full[::stride, ::stride]
    rows, columns = right.shape
    results = {"stride-and-size-confused": full[::kh, ::kw]}
    if image.shape[0] == image.shape[1]:
        turned = np.lib.stride_tricks.sliding_window_view(image.T, kernel.shape)
        results["rows-and-columns-swapped:image"] = _under(turned[::stride, ::stride], kernel)
    if stride == 1:
        return results
    results["kernel-size-ignored"] = image[::stride, ::stride]
    results["stride-added"] = full[stride:, stride:][:rows, :columns]
    results["first-position-skipped"] = full[1::stride, 1::stride]
    results["first-position-skipped:step"] = full[stride - 1 :: stride, stride - 1 :: stride]
    results["stride-written-in"] = full[::2, ::2][:rows, :columns]
    results["stride-ignored:places"] = full[:rows, :columns]
    results["stride-one-way:down"] = full[::stride, :columns]
    results["stride-one-way:across"] = full[:rows, ::stride]
    results["gaps-in-the-result"] = np.zeros_like(full)
    results["gaps-in-the-result"][::stride, ::stride] = right
    thinned = np.lib.stride_tricks.sliding_window_view(
        np.pad(image[::stride, ::stride], ((0, kh), (0, kw))), kernel.shape
    )
    inside = [-(-extent // stride) - k + 1 for extent, k in zip(image.shape, (kh, kw), strict=True)]
    if min(inside) > 0:
        results["stride-before-convolution"] = _under(thinned[: inside[0], : inside[1]], kernel)
    if min(full.shape) >= stride:
        results["pooling-for-stride"] = _blocks(full, stride).max(axis=(1, 3))
    return results


def _as_large_as_the_image(
    image: np.ndarray, kernel: np.ndarray, right: np.ndarray, stride: int
) -> dict[str, np.ndarray]:
    """Results of padding="same", and right results in an array of the image's shape."""
    results = {}
    missing = [k - 1 for k in kernel.shape]
    # Keras counts the zeros from the last position; SciPy takes those of stride 1.
    keras = [
        max((-(-n // stride) - 1) * stride + k - n, 0)
        for n, k in zip(image.shape, kernel.shape, strict=True)
    ]
    for total in (missing, keras):
        for half in (0, 1):
            before = [(extent + half) // 2 for extent in total]
            around = [(b, n - b) for b, n in zip(before, missing, strict=True)]
            # A shorter window at the end, repeated by NumPy, looks like a mirrored border there.
            modes: Any = ("constant", "edge", "reflect", "symmetric", "wrap")[: 5 if half else 1]
            for mode in modes if min(around[0] + around[1]) >= 0 else ():
                padded = np.pad(image, around, mode=mode)
                windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
                name = f"padding-same:{total}{half}{mode}"
                results[name] = _under(windows[::stride, ::stride], kernel)
    for half in (0, 1):
        rows, columns = ((k - 1 + half) // 2 for k in kernel.shape)
        for top, left in ((0, 0), (rows, columns)):
            large = np.zeros(image.shape)
            place = large[top : top + right.shape[0], left : left + right.shape[1]]
            place[:] = right
            results[f"result-image-sized:{half}{top}{left}"] = large
    return results


def _blocks(values: np.ndarray, size: int) -> np.ndarray:
    """Cut a map into whole blocks, (rows, size, columns, size)."""
    rows, columns = (extent // size for extent in values.shape)
    return values[: rows * size, : columns * size].reshape(rows, size, columns, size)


Shapes = dict[tuple[int, ...], str]
"""Shape of a result → id of the misconception that gives it."""
NamedShapes = Sequence[tuple[str, Sequence[tuple[int, ...]]]]
"""Ids of misconceptions and the shapes that they give, the likelier ones first."""


def _first_named(right: tuple[int, ...], named: NamedShapes) -> Shapes:
    """Make one table; where two ideas give one shape, the first is named."""
    shapes: Shapes = {}
    for name, found in named:
        for shape in found:
            if shape != right and min(shape, default=1) >= 0:
                shapes.setdefault(shape, name)
    return shapes


def _of_any_map(rows: int, columns: int) -> NamedShapes:
    """Wrong shapes of a result that should have this many rows and columns."""
    return [
        ("square-only", [(rows, rows), (columns, columns)] if rows != columns else []),
        ("rows-and-columns-swapped", [(columns, rows)]),
        (
            "axes-left-over",
            [
                (1, rows, columns, 1), (1, rows, columns), (rows, columns, 1),
                (1, 1, rows, columns), (rows, columns, 1, 1), (rows, 1, columns, 1),
            ],
        ),
        ("result-flat", [(rows * columns,), (rows * columns, 1), (1, rows * columns)]),
        ("one-number-returned", [()]),
    ]  # fmt: skip


def convolution_shapes(
    image: tuple[int, int], kernel: tuple[int, int], stride: int | None = None
) -> Shapes:
    """Wrong shapes of a feature map; `stride` is None where the learner's function takes none."""
    (height, width), (rows, columns), step = image, kernel, stride or 1
    full = height - rows + 1, width - columns + 1
    down, across = (full[0] - 1) // step + 1, (full[1] - 1) // step + 1
    skipped = [full, (down, full[1]), (full[0], across)] if step > 1 else []
    by_twos = (full[0] - 1) // 2 + 1, (full[1] - 1) // 2 + 1
    return _first_named(
        (down, across),
        [
            *_of_any_map(down, across),
            ("stride-ignored", skipped[:1]),
            ("stride-one-way", skipped[1:]),
            ("result-image-sized", [image]),
            # The example's kernel is 2 × 2: code for that size alone passes there, and no other.
            ("", [] if kernel == (2, 2) else [(height - 1, width - 1)]),
            ("one-too-many", [(down + 1, across + 1)]),
            ("padding-full", [(height + rows - 1, width + columns - 1)]),
            ("stride-written-in", [by_twos] if stride else []),
            ("result-kernel-sized", [] if stride else [kernel]),
            ("kernel-size-ignored", [(-(-height // step), -(-width // step))]),
            ("kernel-size-ignored", [(height // step, width // step)]),
            (
                "products-not-added",
                [(down, across, rows, columns), (down, across, rows), (down, across, columns)],
            ),
        ],
    )  # fmt: skip


def pooling(feature_map: np.ndarray, size: int = 2) -> Mistakes:
    """Mistakes in the choice from each block of a map (H, W): average, sum, first, last."""
    values = feature_map.astype(float)
    blocks = _blocks(values, size)
    rows, _, columns, _ = blocks.shape
    largest = blocks.max(axis=(1, 3))
    results: dict[str, Any] = {
        "average-for-max": blocks.mean(axis=(1, 3)),
        "sum-for-max": blocks.sum(axis=(1, 3)),
        "smallest-for-largest": blocks.min(axis=(1, 3)),
        "first-for-largest": blocks[:, 0, :, 0],
        "last-for-largest": blocks[:, -1, :, -1],
        "place-for-largest": _in_rows(blocks).argmax(axis=-1),
        "first-row-for-largest": blocks[:, 0].max(axis=-1),
        "first-row-for-largest:column": blocks[..., 0].max(axis=1),
        "first-row-for-largest:diagonal": np.diagonal(blocks, axis1=1, axis2=3).max(axis=-1),
        "axes-confused": blocks.max(axis=(0, 2)),
        "axes-confused:rows": blocks.max(axis=(0, 1)),
        "axes-confused:columns": blocks.max(axis=(2, 3)),
        "blocks-missing": largest[:-1, :-1],
        "rows-compared": _rows_compared(blocks),
        "sign-ignored": np.abs(blocks).max(axis=(1, 3)),
        "largest-not-reset": np.maximum.accumulate(largest.ravel()).reshape(largest.shape),
        "search-starts-too-high": lambda got: _starts_too_high(got, largest),
        **_of_the_values(largest),
        **_of_the_places(largest),
        **_other_blocks(values, size, rows, columns),
    }
    del results["negatives-lost"], results["sum-not-reset"], results["sum-not-reset:row"]
    return results


def _in_rows(blocks: np.ndarray) -> np.ndarray:
    """Lay the numbers of each block in one row: (rows, columns, size · size)."""
    rows, size, columns, _ = blocks.shape
    return blocks.swapaxes(1, 2).reshape(rows, columns, size * size)


def _rows_compared(blocks: np.ndarray) -> np.ndarray:
    """Choose in each block the row that begins with the largest number, and its largest."""
    chosen = blocks[:, :, :, 0].argmax(axis=1)
    rows = np.take_along_axis(blocks, chosen[:, None, :, None], axis=1)[:, 0]
    return rows.max(axis=-1)


def _starts_too_high(got: np.ndarray, largest: np.ndarray) -> bool:
    """Tell whether each block that lies below a number became that number, and no other did."""
    if got.shape != largest.shape or np.ptp(got) == 0:
        return False
    return bool(got.min() > largest.min()) and is_close(got, np.maximum(largest, got.min()), 1e-6)


def _other_blocks(values: np.ndarray, size: int, rows: int, columns: int) -> dict[str, np.ndarray]:
    """The largest number of other blocks than those at every size-th row and column."""
    windows = np.lib.stride_tricks.sliding_window_view(values, (size, size)).max(axis=(2, 3))
    height, width = values.shape
    late = values[height % size :, width % size :]
    whole = values[: rows * size, : columns * size]
    split = [np.array_split(part, size, axis=1) for part in np.array_split(values, size)]
    results = {
        "pooling-overlaps:places": windows[:rows, :columns],
        "reshape-for-blocks": whole.reshape(rows, columns, size, size).max(axis=(2, 3)),
        "remainder-dropped-in-front": _blocks(late, size).max(axis=(1, 3)),
        "block-for-result": np.array([[part.max() for part in row] for row in split]),
    }
    if size > 2:
        pairs = np.lib.stride_tricks.sliding_window_view(values, (2, 2)).max(axis=(2, 3))
        results["size-ignored:step and block"] = pairs[::2, ::2][:rows, :columns]
        results["size-ignored:block"] = pairs[::size, ::size][:rows, :columns]
        results["size-ignored:step"] = windows[::2, ::2][:rows, :columns]
    return results


def pooling_shapes(shape: tuple[int, int], size: int) -> Shapes:
    """Wrong shapes of a pooled feature map."""
    height, width = shape
    rows, columns = height // size, width // size
    more_rows, more_columns = -(-height // size), -(-width // size)
    return _first_named(
        (rows, columns),
        [
            *_of_any_map(rows, columns),
            ("nothing-reduced", [shape]),
            (
                "remainder-kept",
                [(more_rows, more_columns), (more_rows, columns), (rows, more_columns)],
            ),
            ("size-ignored", [(height // 2, width // 2), (-(-height // 2), -(-width // 2))]),
            ("pooling-overlaps", [(height - size + 1, width - size + 1)]),
            ("pooled-one-way", [(rows, width), (height, columns)]),
            ("blocks-missing", [(rows - 1, columns - 1), (rows - 1, columns), (rows, columns - 1)]),
            (
                "block-not-reduced",
                [
                    (rows, columns, size, size), (rows, size, columns, size),
                    (rows, columns, size), (rows, size, columns), (rows, columns, size * size),
                ],
            ),
            ("block-for-result", [(size, size)]),
        ],
    )  # fmt: skip


def shapes_of_one_kernel(side: int) -> Shapes:
    """Wrong shapes of a square kernel."""
    return _first_named((side, side), _of_any_map(side, side))
