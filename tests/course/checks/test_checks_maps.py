"""The tests of convolution and pooling: no limit pays, and any style is right.

The bank in tests/submissions has one answer for each mistake; here are the values between.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage
from support.contract import ASSIGNMENT_OF
from support.gap_cells import judge, judge_in

MAPS = ["convolve2d", "strided_convolve2d", "max_pool2d"]
GAPS = [*MAPS, "vertical_edge_kernel"]
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def convolved(image: Any, kernel: Any, stride: int = 1) -> np.ndarray:
    windows = sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.einsum("ijkl,kl->ij", windows, kernel)


def pooled(values: Any, size: int = 2) -> np.ndarray:
    rows, columns = values.shape[0] // size, values.shape[1] // size
    blocks = values[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return np.asarray(blocks.max(axis=(1, 3)))


RIGHT: dict[str, Callable[..., Any]] = {
    "convolve2d": convolved,
    "strided_convolve2d": convolved,
    "max_pool2d": pooled,
    "vertical_edge_kernel": lambda: SOBEL,
}


def verdict(gap: str, answer: Any) -> Any:
    return judge(ASSIGNMENT_OF[gap], gap, answer)


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("result", ["float32", "list", "tuple", "Fortran", "longdouble"])
def test_a_result_may_have_any_form_of_numbers(gap: str, result: str) -> None:
    def converted(*given: Any, **named: Any) -> Any:
        right = np.asarray(RIGHT[gap](*given, **named))
        if result in ("list", "tuple"):
            return right.tolist() if result == "list" else tuple(map(tuple, right.tolist()))
        return np.asfortranarray(right) if result == "Fortran" else right.astype(result)

    assert verdict(gap, converted).said == f"✓ {gap}: right.\n"


@pytest.mark.parametrize("gap", MAPS)
@pytest.mark.parametrize("limit", [9, 28, 41, 60, 89])
def test_an_answer_that_holds_up_to_a_size_only_is_refused(gap: str, limit: int) -> None:
    def small_only(array: Any, *rest: Any, **named: Any) -> Any:
        result = RIGHT[gap](array, *rest, **named)
        return result if max(array.shape) <= limit else result * 0.5

    found = verdict(gap, small_only)

    assert found.score == 0, found.said


@pytest.mark.parametrize("gap", MAPS)
@pytest.mark.parametrize("limit", [30, 60, 255, 1e4, 1e6])
@pytest.mark.parametrize("side", ["above", "below"])
def test_an_answer_that_holds_within_a_value_only_is_refused(
    gap: str, limit: float, side: str
) -> None:
    cut = np.minimum if side == "above" else np.maximum

    found = verdict(
        gap, lambda *a, **k: cut(RIGHT[gap](*a, **k), limit if side == "above" else -limit)
    )

    assert found.score == 0, found.said
    assert found.misconception in ("values-clipped", "search-starts-too-high")


@pytest.mark.parametrize("gap", ["convolve2d", "strided_convolve2d"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 8, 11])
def test_an_answer_that_holds_for_small_kernels_only_is_refused(gap: str, limit: int) -> None:
    def small_only(image: Any, kernel: Any, *rest: Any, **named: Any) -> Any:
        result = convolved(image, kernel, *rest, **named)
        return result if max(kernel.shape) <= limit else np.ones_like(result)

    assert verdict(gap, small_only).score == 0


@pytest.mark.parametrize("odd", [0, 1])
def test_an_answer_that_holds_for_odd_or_even_kernels_only_is_refused(odd: int) -> None:
    def one_kind(image: Any, kernel: Any) -> Any:
        result = convolved(image, kernel)
        return result if kernel.shape[0] % 2 == odd else np.ones_like(result)

    assert verdict("convolve2d", one_kind).score == 0


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 9, 12])
def test_an_answer_that_holds_for_small_strides_only_is_refused(limit: int) -> None:
    found = verdict(
        "strided_convolve2d",
        lambda image, kernel, stride: convolved(image, kernel, min(stride, limit)),
    )

    assert found.score == 0, found.said


@pytest.mark.parametrize("limit", [2, 3, 4, 5, 8])
def test_blocks_up_to_a_size_earn_the_points_of_two_by_two_only(limit: int) -> None:
    def small_only(values: Any, size: int = 2) -> Any:
        return pooled(values, size) if size <= limit else pooled(values, size) * 0.5

    assert verdict("max_pool2d", small_only).score == 6


@pytest.mark.parametrize("start", [0, -1, -2, -10, -999, -1e6, -(2**31), -1e9, -1e10])
def test_a_search_from_a_constant_is_named(start: float) -> None:
    found = verdict("max_pool2d", lambda v, size=2: np.maximum(pooled(v, size), start))

    assert found.score == 0
    assert found.misconception == "search-starts-too-high", found.said


@pytest.mark.parametrize("calls", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("gap", MAPS)
def test_an_answer_that_is_right_for_the_first_calls_only_is_refused(gap: str, calls: int) -> None:
    asked: list[int] = []

    def tired(*given: Any, **named: Any) -> Any:
        asked.append(1)
        return RIGHT[gap](*given, **named) * (1.0 if len(asked) <= calls else 2.0)

    assert verdict(gap, tired).score == 0


@pytest.mark.parametrize("gap", MAPS)
@pytest.mark.parametrize("which", [0, 1])
def test_an_array_that_is_changed_in_hidden_checks_only_is_found(gap: str, which: int) -> None:
    def careless(*given: Any, **named: Any) -> Any:
        result = RIGHT[gap](*given, **named)
        if given[0].shape[0] > 7 and isinstance(given[min(which, len(given) - 1)], np.ndarray):
            given[min(which, len(given) - 1)][...] = 0
        return result

    if gap == "max_pool2d" and which == 1:
        pytest.skip("it has one array")
    assert verdict(gap, careless).misconception == "input-changed"


@pytest.mark.parametrize("gap", MAPS)
@pytest.mark.parametrize("long_axis", [0, 1])
def test_an_answer_for_one_side_that_is_longer_is_refused(gap: str, long_axis: int) -> None:
    def one_kind(array: Any, *rest: Any, **named: Any) -> Any:
        result = RIGHT[gap](array, *rest, **named)
        return result if array.shape[long_axis] >= array.shape[1 - long_axis] else result * 2

    assert verdict(gap, one_kind).score == 0


@pytest.mark.parametrize("mode", ["constant", "reflect", "nearest", "mirror", "wrap"])
def test_any_padding_to_the_same_size_is_named(mode: str) -> None:
    found = verdict("convolve2d", lambda image, kernel: ndimage.correlate(image, kernel, mode=mode))

    assert found.misconception == "padding-same", found.said


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan])
def test_an_array_of_the_images_size_is_not_called_padding(value: float) -> None:
    found = verdict("convolve2d", lambda image, kernel: np.full(image.shape, value))

    assert found.misconception == "result-image-sized", found.said


@pytest.mark.parametrize("gap", GAPS)
def test_hidden_tests_replace_no_name_of_the_notebook(gap: str) -> None:
    namespace: dict[str, Any] = {"np": np, gap: RIGHT[gap]}

    judge_in(namespace, ASSIGNMENT_OF[gap], gap)

    added = set(namespace) - {"np", gap, "__builtins__"}
    assert added == {"check", "exercise", f"hidden_checks_of_{gap}"}


@pytest.mark.parametrize(
    ("kernel", "misconception"),
    [
        ([[1, 0, -1], [-1, 0, 1], [0, 0, 0]], "columns-cancel"),
        ([[0, 0, 0]] * 3, "answers-to-nothing"),
        ([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1.1]], "answers-to-flat-areas"),
        ([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], "edges-turned"),
        ([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], "edges-of-any-direction"),
        ([1, 0, -1] * 3, "result-flat"),
        ([[[1], [0], [-1]]] * 3, "axes-left-over"),
        ([[np.inf, 0, -1]] * 3, ""),
    ],
)
def test_a_kernel_of_no_use_is_named(kernel: Any, misconception: str) -> None:
    found = verdict("vertical_edge_kernel", lambda: np.array(kernel))

    assert found.score == 0
    assert found.misconception == misconception, found.said


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1, 1e6])
@pytest.mark.parametrize(
    "kernel", [SOBEL, -SOBEL, [[1, -2, 1]] * 3, [[0, 0, 0], [1, -1, 0], [0, 0, 0]]]
)
def test_a_kernel_of_any_strength_and_direction_is_right(kernel: Any, scale: float) -> None:
    assert verdict("vertical_edge_kernel", lambda: np.array(kernel) * scale).score == 4


@pytest.mark.parametrize(
    ("gap", "message", "misconception"),
    [
        (
            "convolve2d",
            "operands could not be broadcast together with shapes (2,3) (3,3)",
            "window-not-kernel-sized",
        ),
        ("scale_pixels", "operands could not be broadcast together with shapes (2,3) (3,3)", ""),
        ("convolve2d", "setting an array element with a sequence.", "products-not-added"),
        ("max_pool2d", "setting an array element with a sequence.", "block-not-reduced"),
        (
            "max_pool2d",
            "zero-size array to reduction operation maximum which has no identity",
            "empty-block",
        ),
        (
            "max_pool2d",
            "unsupported operand type(s) for //: 'tuple' and 'int'",
            "shape-as-a-number",
        ),
        ("max_pool2d", "index 6 is out of bounds for axis 0 with size 6", "index-beyond-the-end"),
    ],
)
def test_an_error_is_named_for_its_gap(gap: str, message: str, misconception: str) -> None:
    def failing(*given: Any, **named: Any) -> Any:
        raise ValueError(message)

    assert verdict(gap, failing).misconception == misconception
