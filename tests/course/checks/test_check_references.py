"""What the checks take for right agrees with TensorFlow and SciPy over random sizes and types."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d
from support.contract import CODE_ASSIGNMENTS, CODE_GAPS
from support.gap_cells import imported_names
from support.reference import reference

from autograder.folders import CourseFolder
from course.checks import map_mistakes
from course.checks.arrays import is_close

tf = pytest.importorskip("tensorflow")

SIZES = st.integers(1, 12)
TYPES = st.sampled_from(["float32", "float64", "int32", "uint8"])
SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def solutions(course: CourseFolder) -> dict[str, Any]:
    """The functions of the reference solutions."""
    names: dict[str, Any] = imported_names("train")
    for assignment in CODE_ASSIGNMENTS:
        for source in reference(course, assignment).gaps.values():
            exec(compile(source, "<solution>", "exec"), names)
    assert set(CODE_GAPS) <= set(names)
    return names


def drawn(seed: int, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    values = np.random.default_rng(seed).normal(scale=20, size=shape)
    return np.abs(values).astype(dtype) if dtype == "uint8" else values.astype(dtype)


def tf_convolved(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    batch = tf.constant(image.astype("float64")[None, :, :, None])
    filters = tf.constant(kernel.astype("float64")[:, :, None, None])
    return tf.nn.conv2d(batch, filters, stride, "VALID").numpy()[0, :, :, 0]


@QUICK
@given(SIZES, SIZES, SIZES, SIZES, st.integers(1, 5), TYPES, SEEDS)
def test_both_convolutions_are_those_of_tensorflow_and_scipy(
    solutions: dict[str, Any], h: int, w: int, kh: int, kw: int, stride: int, dtype: str, seed: int
) -> None:
    assume(kh <= h and kw <= w)
    dtype = "float32" if dtype == "uint8" else dtype  # sums of bytes wrap around
    image, kernel = drawn(seed, (h, w), dtype), drawn(seed + 1, (kh, kw), dtype)

    plain = solutions["convolve2d"](image, kernel)
    strided = solutions["strided_convolve2d"](image, kernel, stride)

    assert is_close(plain, correlate2d(image, kernel, mode="valid"))
    assert is_close(plain, tf_convolved(image, kernel, 1))
    assert is_close(strided, tf_convolved(image, kernel, stride))
    expected = tuple(solutions["output_size"](n, k, stride) for n, k in ((h, kh), (w, kw)))
    assert strided.shape == expected


@QUICK
@given(SIZES, SIZES, st.integers(1, 5), TYPES, SEEDS)
def test_max_pooling_is_that_of_tensorflow(
    solutions: dict[str, Any], h: int, w: int, size: int, dtype: str, seed: int
) -> None:
    assume(size <= min(h, w))
    values = drawn(seed, (h, w), dtype)

    pooled = solutions["max_pool2d"](values, size)

    batch = tf.constant(values.astype("float64")[None, :, :, None])
    expected = tf.nn.max_pool2d(batch, size, size, "VALID").numpy()[0, :, :, 0]
    assert is_close(pooled, expected)


@QUICK
@given(SIZES, SIZES, st.integers(1, 4), st.integers(0, 3))
def test_output_sizes_are_those_of_a_padded_convolution(
    solutions: dict[str, Any], size: int, kernel: int, stride: int, padding: int
) -> None:
    assume(kernel <= size + 2 * padding)
    line = np.pad(np.ones((1, size)), ((0, 0), (padding, padding)))

    counted = solutions["output_size"](size, kernel, stride, padding)

    assert counted == tf_convolved(line, np.ones((1, kernel)), stride).shape[1]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 8))
def test_parameter_counts_are_keras_own(
    solutions: dict[str, Any], filters: int, kernel: int, channels: int
) -> None:
    layer = tf.keras.layers.Conv2D(filters, kernel)
    layer.build((None, 8, 8, channels))

    assert solutions["count_parameters"](filters, kernel, channels) == layer.count_params()


@QUICK
@given(SIZES, SIZES, SIZES, SEEDS)
def test_scaling_and_the_axis_are_those_of_tensorflow(
    solutions: dict[str, Any], n: int, h: int, w: int, seed: int
) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (n, h, w), dtype="uint8")

    ready = solutions["add_channel_axis"](solutions["scale_pixels"](images))

    expected = tf.image.convert_image_dtype(images[..., None], tf.float32).numpy()
    assert ready.shape == expected.shape
    assert is_close(ready, expected)


@QUICK
@given(st.integers(12, 16), st.integers(12, 16), st.integers(1, 2), SEEDS)
def test_no_result_of_a_mistake_is_the_right_one(h: int, w: int, stride: int, seed: int) -> None:
    # Where a mistake has the right value, naming it would be wrong: random input tells them apart.
    image, kernel = drawn(seed, (h, w), "float64") / 20, drawn(seed + 1, (3, 3), "float64") / 20
    right = correlate2d(image, kernel, mode="valid")[::stride, ::stride]

    wrong = map_mistakes.convolution(image, kernel, stride)

    same = {name for name, value in wrong.items() if fits(value, right)}
    ideas = {name.partition(":")[0] for name in same}
    assert ideas <= {"sign-ignored", "negatives-lost", "digits-lost", "values-clipped"} | (
        {"stride-written-in"} if stride == 2 else set()
    )


def fits(value: Any, right: np.ndarray) -> bool:
    return bool(value(right)) if callable(value) else is_close(value, right)


@QUICK
@given(st.integers(12, 16), st.integers(12, 16), st.integers(2, 3), SEEDS)
def test_no_mistake_in_pooling_gives_the_right_maximum(
    h: int, w: int, size: int, seed: int
) -> None:
    values = drawn(seed, (h, w), "float64")
    rows, columns = h // size, w // size
    cut = values[: rows * size, : columns * size].reshape(rows, size, columns, size)
    right = cut.max(axis=(1, 3))

    wrong = map_mistakes.pooling(values, size)

    same = {name.partition(":")[0] for name, value in wrong.items() if fits(value, right)}
    # With positive numbers, without a remainder, or if luck has it, these give the right numbers.
    lucky = {"sign-ignored", "digits-lost", "values-clipped", "remainder-dropped-in-front"}
    assert same <= lucky | {"block-for-result", "rows-compared", "largest-not-reset"}


@QUICK
@given(SIZES, SIZES, SIZES, SIZES, st.none() | st.integers(1, 5))
def test_no_wrong_shape_is_the_right_one(
    h: int, w: int, kh: int, kw: int, stride: int | None
) -> None:
    assume(kh <= h and kw <= w)
    step = stride or 1

    shapes = map_mistakes.convolution_shapes((h, w), (kh, kw), stride)
    pooled = map_mistakes.pooling_shapes((h, w), kh)

    assert ((h - kh) // step + 1, (w - kw) // step + 1) not in shapes
    assert (h // kh, w // kh) not in pooled
