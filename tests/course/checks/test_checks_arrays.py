"""The tests of reshape, convolution and pooling: right in any style is right, wrong is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage, signal
from support.contract import ASSIGNMENT_OF, CODE_GAPS
from support.gap_cells import run_test

from course.checks import Exercise, arrays, mistakes
from course.checks.failures import Wrong, from_exception

GAPS = [gap for gap in CODE_GAPS if ASSIGNMENT_OF[gap] != "cnn"]


def loops(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> list[list[float]]:
    """Convolve with two loops and plain lists."""
    rows = range(0, image.shape[0] - kernel.shape[0] + 1, stride)
    columns = range(0, image.shape[1] - kernel.shape[1] + 1, stride)
    height, width = kernel.shape
    return [
        [float((image[i : i + height, j : j + width] * kernel).sum()) for j in columns]
        for i in rows
    ]


def windows(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return (sliding_window_view(image, kernel.shape) * kernel).sum(axis=(2, 3))


def blocks(values: np.ndarray, size: int = 2) -> np.ndarray:
    rows, columns = values.shape[0] // size, values.shape[1] // size
    return values[: rows * size, : columns * size].reshape(rows, size, columns, size)


def pooled_by_filter(values: np.ndarray, size: int = 2) -> np.ndarray:
    start = size // 2
    rows, columns = values.shape[0] // size, values.shape[1] // size
    return ndimage.maximum_filter(values, size)[start::size, start::size][:rows, :columns]


def remembered(known: Callable[..., Any], *shapes: tuple[int, ...]) -> Callable[..., Any]:
    """Answer right on arrays of the shapes in sight, and else with zeros of the input."""
    return lambda array, *rest: known(array, *rest) if array.shape in shapes else array * 0.0


def in_place(images: np.ndarray) -> np.ndarray:
    scaled = images / 255.0
    images[:] = 0
    return scaled


RIGHT: list[tuple[str, str, Any]] = [
    ("scale_pixels", "float32", lambda images: images.astype("float32") / 255),
    ("scale_pixels", "a list", lambda images: (images / 255).tolist()),
    ("scale_pixels", "multiplied", lambda images: images * (1 / 255)),
    ("add_channel_axis", "newaxis", lambda images: images[..., np.newaxis]),
    ("add_channel_axis", "expand_dims", lambda images: np.expand_dims(images, -1)),
    ("add_channel_axis", "a list", lambda images: images[..., None].tolist()),
    (
        "output_size",
        "formula",
        lambda n, k, stride=1, padding=0: (n + 2 * padding - k) // stride + 1,
    ),
    (
        "output_size",
        "NumPy's",
        lambda n, k, stride=1, padding=0: np.int64(len(range(0, n + 2 * padding - k + 1, stride))),
    ),
    ("convolve2d", "loops", loops),
    ("convolve2d", "windows", windows),
    ("convolve2d", "SciPy", lambda image, kernel: signal.correlate2d(image, kernel, "valid")),
    ("convolve2d", "float32", lambda i, k: windows(i, k).astype("float32")),
    ("vertical_edge_kernel", "Sobel", lambda: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    ("vertical_edge_kernel", "the other side", lambda: np.array([[1, 0, -1]] * 3)),
    ("vertical_edge_kernel", "small numbers", lambda: np.array([[1e-3, 0, -1e-3]] * 3)),
    ("count_parameters", "formula", lambda f, k, c: f * (k * k * c + 1)),
    ("count_parameters", "NumPy's", lambda f, k, c: np.int32(f * (k * k * c + 1))),
    ("max_pool2d", "blocks", lambda values, size=2: blocks(values, size).max(axis=(1, 3))),
    ("max_pool2d", "filter", pooled_by_filter),
    ("max_pool2d", "a list", lambda values, size=2: blocks(values, size).max(axis=(1, 3)).tolist()),
    ("strided_convolve2d", "loops", loops),
    ("strided_convolve2d", "slices", lambda i, k, stride: windows(i, k)[::stride, ::stride]),
]

# gap, mistake, answer, words of the message
WRONG: list[tuple[str, str, Any, str]] = [
    ("scale_pixels", "nothing", lambda images: images, "floating-point numbers were expected"),
    ("scale_pixels", "not scaled", lambda images: images.astype(float), "not scaled"),
    ("scale_pixels", "by 256", lambda images: images / 256, "divided by 256"),
    ("scale_pixels", "twice", lambda images: images / 255 / 255, "scaled twice"),
    ("scale_pixels", "around 0", lambda images: images / 127.5 - 1, "0 should stay 0"),
    ("scale_pixels", "by the batch", lambda images: images / images.max(), "in this batch"),
    ("scale_pixels", "whole division", lambda images: images // 255, "floating-point"),
    ("scale_pixels", "in place", in_place, "changed the array it was given"),
    ("scale_pixels", "flattened", lambda images: images.ravel() / 255, "1 axis"),
    ("scale_pixels", "forgot return", lambda images: None, "returned None"),
    ("scale_pixels", "not a function", 3, "a function was expected"),
    (
        "scale_pixels",
        "remembered",
        remembered(lambda a: a / 255.0, (2, 2, 3)),
        "not a hidden one",
    ),
    ("add_channel_axis", "nothing", lambda images: images, "channel axis is missing"),
    ("add_channel_axis", "in front", lambda images: images[None], "before height"),
    ("add_channel_axis", "second", lambda images: images[:, None], "Channels come last"),
    ("add_channel_axis", "turned", lambda a: a.transpose(0, 2, 1)[..., None], "swapped"),
    (
        "add_channel_axis",
        "all images",
        lambda images: images.reshape(60000, 28, 28, 1),
        "raised ValueError",
    ),
    (
        "add_channel_axis",
        "mixed",
        lambda a: a.reshape(a.shape[0], a.shape[2], a.shape[1], 1).reshape(*a.shape, 1)[:, ::-1],
        "turned or mirrored",
    ),
    (
        "output_size",
        "off by one",
        lambda n, k, stride=1, padding=0: (n + 2 * padding - k) // stride,
        "One position is missing",
    ),
    (
        "output_size",
        "one side",
        lambda n, k, stride=1, padding=0: (n + padding - k) // stride + 1,
        "one side only",
    ),
    (
        "output_size",
        "float",
        lambda n, k, stride=1, padding=0: (n + 2 * padding - k) / stride + 1,
        "integer was expected",
    ),
    (
        "output_size",
        "no stride",
        lambda n, k, stride=1, padding=0: n + 2 * padding - k + 1,
        "stride was left out",
    ),
    (
        "output_size",
        "rounded up",
        lambda n, k, stride=1, padding=0: -(-(n + 2 * padding - k) // stride) + 1,
        "round down",
    ),
    ("output_size", "a truth", lambda n, k, stride=1, padding=0: True, "one number was expected"),
    ("convolve2d", "flipped", lambda i, k: signal.convolve2d(i, k, "valid"), "flipped"),
    ("convolve2d", "same", lambda i, k: signal.correlate2d(i, k, "same"), 'padding="same"'),
    ("convolve2d", "full", lambda i, k: signal.correlate2d(i, k, "full"), "inside the image"),
    ("convolve2d", "average", lambda i, k: windows(i, k) / k.size, "not an average"),
    ("convolve2d", "short", lambda i, k: windows(i, k)[:-1, :-1], "position is missing"),
    ("convolve2d", "NaN", lambda i, k: windows(i, k) * np.nan, "nan"),
    ("convolve2d", "text", lambda i, k: "0 1 5", "text, not numbers"),
    ("convolve2d", "ragged", lambda i, k: [[0.0, 1.0, 5.0], [3.0]], "same length"),
    ("convolve2d", "2 × 2 only", lambda i, k: windows(i, k[:2, :2]), "not a hidden one"),
    (
        "vertical_edge_kernel",
        "horizontal",
        lambda: np.array([[1] * 3, [0] * 3, [-1] * 3]),
        "turned by 90",
    ),
    ("vertical_edge_kernel", "zeros", lambda: np.zeros((3, 3)), "responds to nothing"),
    ("vertical_edge_kernel", "blur", lambda: np.ones((3, 3)), "flat area"),
    (
        "vertical_edge_kernel",
        "Laplace",
        lambda: np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        "horizontal edges too",
    ),
    ("vertical_edge_kernel", "2 × 2", lambda: np.array([[1, -1], [1, -1]]), "(3, 3) was expected"),
    ("count_parameters", "no biases", lambda f, k, c: f * k * k * c, "biases are missing"),
    ("count_parameters", "one bias", lambda f, k, c: f * k * k * c + 1, "bias"),
    ("count_parameters", "no channels", lambda f, k, c: f * (k * k + 1), "channels are missing"),
    (
        "count_parameters",
        "float",
        lambda f, k, c: float(f * (k * k * c + 1)),
        "integer was expected",
    ),
    ("max_pool2d", "average", lambda v, size=2: blocks(v, size).mean(axis=(1, 3)), "average"),
    ("max_pool2d", "minimum", lambda v, size=2: blocks(v, size).min(axis=(1, 3)), "smallest"),
    (
        "max_pool2d",
        "from 0",
        lambda v, size=2: np.maximum(blocks(v, size).max(axis=(1, 3)), 0),
        "all lie below a constant",
    ),
    (
        "max_pool2d",
        "remainder",
        lambda v, size=2: blocks(np.pad(v, [(0, -n % size) for n in v.shape]), size).max(
            axis=(1, 3)
        ),
        "remainder",
    ),
    ("strided_convolve2d", "no stride", lambda i, k, stride: windows(i, k), "stride was left out"),
    (
        "strided_convolve2d",
        "always 2",
        lambda i, k, stride: windows(i, k)[::2, ::2],
        "not a hidden one",
    ),
    (
        "strided_convolve2d",
        "flipped",
        lambda i, k, stride: windows(i, k[::-1, ::-1])[::stride, ::stride],
        "flipped",
    ),
]


@pytest.mark.parametrize(
    ("gap", "answer"), [pytest.param(g, a, id=f"{g}-{style}") for g, style, a in RIGHT]
)
def test_a_right_answer_in_any_style_is_right(gap: str, answer: Any) -> None:
    assert run_test(ASSIGNMENT_OF[gap], gap, answer) == 1.0


@pytest.mark.parametrize(
    ("gap", "answer", "words"),
    [pytest.param(g, a, w, id=f"{g}-{mistake}") for g, mistake, a, w in WRONG],
)
def test_a_wrong_answer_is_refused_and_its_mistake_named(gap: str, answer: Any, words: str) -> None:
    said = run_test(ASSIGNMENT_OF[gap], gap, answer)

    assert isinstance(said, str), f"it got {said} of the points"
    assert words in said
    assert f"`{gap}`" in said


@pytest.mark.parametrize("gap", GAPS)
def test_a_name_that_is_not_defined_is_told_as_such(gap: str) -> None:
    said = run_test(ASSIGNMENT_OF[gap], gap, "pass")

    assert said == f"`{gap}` is not defined. Run the cell above that defines it, and keep its name."


@pytest.mark.parametrize("gap", GAPS)
def test_an_untouched_gap_is_told_as_not_attempted(gap: str) -> None:
    def untouched(*_: object, **__: object) -> None:
        raise NotImplementedError

    assert "not attempted yet" in str(run_test(ASSIGNMENT_OF[gap], gap, untouched))


@pytest.mark.parametrize("gap", GAPS)
def test_an_answer_that_returns_its_input_is_never_right(gap: str) -> None:
    assert isinstance(run_test(ASSIGNMENT_OF[gap], gap, lambda *given, **_: given[:1]), str)


def loops_over_a_square(images: np.ndarray) -> np.ndarray:
    result = np.zeros((*images.shape, 1))
    for row in range(images.shape[2]):
        for column in range(images.shape[2]):
            result[:, row, column, 0] = images[:, row, column]
    return result


def one_row_too_many(images: np.ndarray) -> np.ndarray:
    result = np.zeros((*images.shape, 1))
    for row in range(images.shape[1] + 1):
        result[:, row, :, 0] = images[:, row]
    return result


def test_an_error_on_a_rectangle_alone_is_named_after_a_trial_with_squares() -> None:
    said = str(run_test("reshape", "add_channel_axis", loops_over_a_square))

    assert "raised IndexError" in said
    assert "square arrays only" in said


def test_an_error_on_squares_too_is_not_called_square_only() -> None:
    said = str(run_test("reshape", "add_channel_axis", one_row_too_many))

    assert "raised IndexError" in said
    assert "square" not in said


def test_the_name_of_an_error_is_told_once() -> None:
    said = str(run_test("reshape", "add_channel_axis", lambda a: np.expand_dims(a, 9)))
    of_another_process = RuntimeError("AxisError: axis 9 is out of bounds")
    of_another_process.student_type = "AxisError"  # type: ignore[attr-defined]
    sent = str(from_exception("add_channel_axis", of_another_process))

    assert said.count("AxisError") == sent.count("AxisError") == 1


@pytest.mark.parametrize("gap", ["scale_pixels", "prepare"])
@pytest.mark.parametrize("largest", [0, 1, 2, 7, 30, 60, 128, 254])
def test_a_batch_that_is_left_alone_below_any_value_is_found(gap: str, largest: int) -> None:
    def only_brighter(images: np.ndarray) -> np.ndarray:
        ready = images[..., np.newaxis] if gap == "prepare" else images
        return ready / 255 if images.max() > largest else ready.astype(float)

    said = run_test(ASSIGNMENT_OF[gap], gap, only_brighter)

    # A batch of nothing but 0 is the same before and after.
    assert said == 1.0 if largest == 0 else isinstance(said, str)
    assert ("was left as it was" in str(said)) == (largest > 0)


@pytest.mark.parametrize("gap", ["scale_pixels", "prepare"])
@pytest.mark.parametrize("divisor", [254.9, 255.02, 255.1, 256])
def test_another_divisor_is_refused_and_32_bits_are_not(gap: str, divisor: float) -> None:
    def scaled(images: np.ndarray, by: float) -> np.ndarray:
        ready = images[..., np.newaxis] if gap == "prepare" else images
        return ready.astype("float32") * np.float32(1 / by)

    assert isinstance(run_test(ASSIGNMENT_OF[gap], gap, lambda a: scaled(a, divisor)), str)
    assert run_test(ASSIGNMENT_OF[gap], gap, lambda a: scaled(a, 255)) == 1.0


def limited(gap: str, right: Callable[..., Any], limit: int) -> Callable[..., Any]:
    """Make an answer that is right up to so many values or up to a number."""

    def answer(first: Any, *rest: Any, **named: Any) -> Any:
        result = right(first, *rest, **named)
        if gap in ("output_size", "count_parameters"):
            return min(result, limit)
        return result if first.size <= limit else result * 0.5

    return answer


REFERENCES: dict[str, Callable[..., Any]] = {
    "scale_pixels": lambda images: images / 255,
    "prepare": lambda images: images[..., np.newaxis] / 255,
    "add_channel_axis": lambda images: images[..., np.newaxis],
    "output_size": lambda n, k, stride=1, padding=0: (n + 2 * padding - k) // stride + 1,
    "count_parameters": lambda filters, kernel, channels: filters * (kernel**2 * channels + 1),
}


@pytest.mark.parametrize("gap", REFERENCES)
@pytest.mark.parametrize("limit", [30, 60, 1000, 6000, 10_000, 100_000])
def test_an_answer_that_is_right_up_to_a_limit_is_refused(gap: str, limit: int) -> None:
    answer = limited(gap, REFERENCES[gap], limit)

    assert isinstance(run_test(ASSIGNMENT_OF[gap], gap, answer), str)


@pytest.mark.parametrize("gap", REFERENCES)
@pytest.mark.parametrize("calls", [1, 2, 5, 9])
def test_an_answer_that_is_right_for_the_first_calls_is_refused(gap: str, calls: int) -> None:
    made: list[int] = []

    def answer(*arguments: Any, **named: Any) -> Any:
        made.append(1)
        result = REFERENCES[gap](*arguments, **named)
        return result if len(made) <= calls else result * 2

    assert isinstance(run_test(ASSIGNMENT_OF[gap], gap, answer), str)


@pytest.mark.parametrize("gap", list(REFERENCES)[:3])
def test_results_that_share_memory_are_refused_by_name(gap: str) -> None:
    room = np.zeros(2_000_000)

    def answer(images: np.ndarray) -> np.ndarray:
        right = REFERENCES[gap](images)
        result = room[: right.size].reshape(right.shape)
        result[...] = right
        return result

    said = str(run_test(ASSIGNMENT_OF[gap], gap, answer))

    assert "changes with other calls" in said


@pytest.mark.parametrize("gap", list(REFERENCES)[:3])
@pytest.mark.parametrize("pair", [(0,), (None, 3), ([1, 2],)])
def test_several_results_are_called_so(gap: str, pair: tuple[Any, ...]) -> None:
    said = str(run_test(ASSIGNMENT_OF[gap], gap, lambda images: (REFERENCES[gap](images), *pair)))

    assert "There are several results, not one" in said
    assert "same length" not in said


def test_mistakes_are_computed_for_a_wrong_result_only_and_once() -> None:
    computed = []

    def compute() -> arrays.Mistakes:
        computed.append(1)
        return {"not-scaled": np.full(3, 2.0), "scaled-twice": np.full(3, 3.0)}

    wrong = arrays.OnDemand(compute)
    right = np.ones(3)
    check = Exercise("f")

    check.close(check.array(right, (3,), mistakes=wrong), right, wrong)
    assert computed == []

    with pytest.raises(Wrong) as raised:
        arrays.compare(np.full(3, 3.0), right, wrong)
    assert raised.value.misconception == "scaled-twice"
    assert computed == [1]


@pytest.mark.parametrize("of", [mistakes.scaling_again, mistakes.preparing_again])
def test_mistakes_are_those_of_the_images_as_they_were(of: Any) -> None:
    images = np.arange(2 * 28 * 28, dtype="uint8").reshape(2, 28, 28)
    expected = dict(of(images.copy()))

    wrong = of(images)
    images[:] = 0  # as a function that writes into its argument does

    np.testing.assert_array_equal(wrong["not-scaled"], expected["not-scaled"])
