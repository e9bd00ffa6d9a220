"""The examples that a learner's checks run: one function for each gap of this course.

They stand here, and not in the notebooks, so that what a beginner sees below a gap is short and
shows no code that solves another gap. Hidden tests stand in the sources of the notebooks.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from course.checks import arrays, inputs, map_mistakes, mistakes, trainings
from course.checks.arrays import Mistakes
from course.checks.exercise import Exercise
from course.errors import CourseError

Example = Callable[[Exercise, Any], None]
"""Checks the answer to a gap, given under the check of that gap; raises CheckFailed."""


class CourseExercise(Exercise):
    """An exercise whose examples are known by its name."""

    def examples(self, answer: Any) -> None:
        """Check the answer with this gap's examples; raises CourseError for an unknown name."""
        example = EXAMPLES.get(self.name)
        if example is None:
            raise CourseError(
                f"There are no examples for {self.name!r}, only for {', '.join(EXAMPLES)}. Write "
                "the checks into the test cell."
            )
        example(self, answer)


def exercise(name: str) -> CourseExercise:
    """Open the checks of the gap `name`: `with exercise("scale_pixels") as check:`."""
    return CourseExercise(name)


def _scale_pixels(check: Exercise, answer: Any) -> None:
    dark = [[[51, 102, 153], [204, 51, 102]], [[153, 204, 51], [102, 153, 204]]]
    bright = [[[0, 51, 102], [153, 255, 204]], [[255, 102, 0], [51, 204, 153]]]
    _require_scaled(
        check,
        answer,
        [np.array(images, dtype="uint8") for images in (dark, bright)],
        [mistakes.scaling_again, mistakes.scaling],
    )


def _require_scaled(
    check: Exercise,
    answer: Any,
    batches: Sequence[np.ndarray],
    mistakes_of: Sequence[Callable[[np.ndarray], Mistakes]],
    *axes: int,
) -> None:
    """Call with a dark batch, then with a bright one; `axes` are new ones at the end.

    After the bright batch, the largest pixel seen so far would be 255. It is compared first: it
    tells more mistakes apart. What later calls change is found by the last check.
    """
    shapes_of = mistakes.image_shapes if axes else mistakes.scaled_shapes

    def right(images: np.ndarray) -> np.ndarray:
        return np.linspace(0.0, 1.0, 256)[images].reshape(*images.shape, *axes)

    results = [deepcopy(check.call(answer, images)) for images in batches]
    for number in (1, 0):
        images, other = batches[number], batches[1 - number]
        kept = {"kept-between-calls": right(other)}
        wrong = mistakes.together(kept, mistakes_of[number](images))
        shape, shapes = right(images).shape, shapes_of(images.shape)
        got = check.array(
            results[number], shape, floating=True, wrong_shapes=shapes, mistakes=wrong
        )
        check.close(got, right(images), wrong, mistakes.EXACT)
        check.untouched(images, images.copy())
    check.in_turn(answer, batches, right, floating=True, tolerance=mistakes.EXACT)


def _add_channel_axis(check: Exercise, answer: Any) -> None:
    images = np.arange(2 * 3 * 4, dtype="uint8").reshape(2, 3, 4)
    before = images.copy()
    result = check.call(answer, images)
    shapes = mistakes.image_shapes((2, 3, 4))
    rows = {"reshape-as-transpose:rows": before.reshape(2, 4, 3, 1)}
    wrong = mistakes.together(mistakes.channel_axis(before), rows)
    result = check.array(result, (2, 3, 4, 1), wrong_shapes=shapes, mistakes=wrong)
    # In reading order the numbers are still 0, 1, 2 … 23: nothing has moved.
    check.close(result, np.array(range(24)).reshape(2, 3, 4, 1), wrong)
    check.untouched(images, before)


def _output_size(check: Exercise, answer: Any) -> None:
    sizes: dict[tuple[int, ...], int]
    sizes = {(5, 3, 1, 0): 3, (4, 4, 1, 0): 1, (8, 3, 2, 0): 3, (7, 4, 1, 2): 8, (9, 2, 4, 1): 3}
    check.counts(answer, sizes, mistakes.output_sizes)
    check.close(check.integer(check.call(answer, 9, 2)), 8)


def _count_parameters(check: Exercise, answer: Any) -> None:
    cases: dict[tuple[int, ...], int] = {(1, 2, 1): 5, (4, 3, 2): 76, (64, 3, 1): 640}
    check.counts(answer, cases, mistakes.parameter_counts)


def _convolve2d(check: Exercise, answer: Any) -> None:
    image = np.array(
        [
            [1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0],
            [0.0, 1.0, 3.0, 1.5, 0.0, 1.0, 2.0],
            [2.0, 1.0, 0.0, 2.0, 1.0, 3.0, 0.0],
            [1.0, 0.0, 2.0, 1.0, 3.0, 0.0, 1.0],
            [0.0, 2.0, 1.0, 0.0, 1.0, 2.0, 0.0],
            [2.0, 0.0, 1.0, 3.0, 1.0, 1.0, 2.0],
        ]
    )
    kernel = np.array([[1.0, 0.0], [3.0, -1.0]])
    # Top left: 1·1 + 2·0 + 0·3 + 1·(−1) = 0
    expected = np.array(
        [
            [0.0, 2.0, 7.5, 5.5, 1.0, 1.0],
            [5.0, 4.0, 1.0, 6.5, 0.0, 10.0],
            [5.0, -1.0, 5.0, 2.0, 10.0, 2.0],
            [-1.0, 5.0, 5.0, 0.0, 4.0, 6.0],
            [6.0, 1.0, 1.0, 8.0, 3.0, 3.0],
        ]
    )
    convolved(check, answer, (image[:, :6], kernel), expected[:, :5])
    with check.otherwise("square-only"):
        convolved(check, answer, (image, kernel), expected)


def convolved(
    check: Exercise, answer: Any, arguments: tuple[Any, ...], expected: np.ndarray
) -> None:
    """Check a convolution of (image, kernel) or (image, kernel, stride), and what it left alone."""
    image, kernel, *stride = arguments
    before = image.copy(), kernel.copy()
    shapes = map_mistakes.convolution_shapes(image.shape, kernel.shape, *stride)
    result = check.call(answer, *arguments)
    wrong = {} if arrays.same(result, expected) else map_mistakes.convolution(*arguments)
    result = check.array(result, expected.shape, wrong_shapes=shapes, mistakes=wrong)
    check.close(result, expected, wrong)
    check.untouched(image, before[0])
    check.untouched(kernel, before[1])


def _vertical_edge_kernel(check: Exercise, answer: Any) -> None:
    kernel = edge_kernel(check, answer)
    check.that(np.abs(kernel).max() > 0, "", "answers-to-nothing")
    flat = np.ones((6, 6))
    vertical = np.hstack([np.zeros((6, 3)), np.ones((6, 3))])
    check.that(strongest(kernel, flat) < 1e-4, "", "answers-to-flat-areas")
    turned = strongest(kernel, vertical) < 1e-4
    check.that(
        strongest(kernel, vertical.T) < 1e-4,
        "",
        "edges-turned" if turned else "edges-of-any-direction",
    )
    check.that(strongest(kernel, vertical) > 1e-3, "", "columns-cancel")


def edge_kernel(check: Exercise, answer: Any) -> np.ndarray:
    """Call the learner's function, and return its kernel (3, 3) as floating-point numbers."""
    shapes = map_mistakes.shapes_of_one_kernel(3)
    kernel = check.array(check.call(answer), (3, 3), wrong_shapes=shapes).astype(float)
    check.that(np.isfinite(kernel).all(), "not every number of the kernel is finite.")
    return np.asarray(kernel)


def strongest(kernel: np.ndarray, picture: np.ndarray) -> float:
    """Return the kernel's strongest answer anywhere in a picture (H, W), in units of its largest.

    The kernel, (kh, kw), is not 0 everywhere.
    """
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    answers = np.abs((windows * kernel).sum(axis=(2, 3)))
    return float(answers.max() / np.abs(kernel).max())


def _max_pool2d(check: Exercise, answer: Any) -> None:
    feature_map = np.array(
        [
            [1.0, 3.0, 2.0, 0.0, 5.0, 1.0, 0.5, 4.0],
            [4.0, 2.0, 1.0, 5.5, 2.0, 3.0, 8.0, 1.0],
            [-1.0, -2.0, 6.0, 6.5, 0.0, 2.0, 7.0, 3.0],
            [-4.0, -3.0, 7.0, 0.0, 9.0, 1.0, 2.0, 5.0],
            [8.0, 2.0, -6.0, -5.0, 1.0, 2.5, 3.0, 0.0],
            [1.0, 5.0, -8.0, -7.5, 0.0, 2.0, 1.0, 6.0],
            [9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5],
        ]
    )
    expected = np.array([[4.0, 5.5, 5.0, 8.0], [-1.0, 7.0, 9.0, 7.0], [8.0, -5.0, 2.5, 6.0]])
    pooled(check, answer, (feature_map[:6, :6],), expected[:, :3])
    with check.otherwise("square-only"):
        pooled(check, answer, (feature_map[:6],), expected)
    with check.otherwise("even-sizes-only"):
        pooled(check, answer, (feature_map[:, :7],), expected[:, :3])


def pooled(check: Exercise, answer: Any, arguments: tuple[Any, ...], expected: np.ndarray) -> None:
    """Check max pooling of (map,) or (map, size), and that the map was left alone."""
    feature_map, size = arguments[0], dict(enumerate(arguments)).get(1, 2)
    before = feature_map.copy()
    shapes = map_mistakes.pooling_shapes(feature_map.shape, size)
    result = check.call(answer, *arguments)
    wrong = {} if arrays.same(result, expected) else map_mistakes.pooling(feature_map, size)
    result = check.array(result, expected.shape, wrong_shapes=shapes, mistakes=wrong)
    check.close(result, expected, wrong)
    check.untouched(feature_map, before)


def _strided_convolve2d(check: Exercise, answer: Any) -> None:
    image = np.array(
        [
            [1.0, 2.0, 0.0, 1.0, 1.0, 0.0, 2.0, 1.0],
            [0.0, 1.0, 3.0, 1.5, 0.0, 2.0, 1.0, 0.0],
            [2.0, 1.0, 0.0, 2.0, 1.0, 1.0, 0.0, 3.0],
            [1.0, 0.0, 1.0, 1.0, 3.0, 0.0, 2.0, 1.0],
            [0.0, 2.0, 1.0, 0.0, 1.0, 2.0, 3.0, 1.0],
            [3.0, 1.0, 0.0, 2.0, 1.0, 0.0, 1.0, 2.0],
            [1.0, 0.0, 2.0, 1.0, 0.0, 3.0, 2.0, 1.0],
        ]
    )
    kernel = np.array([[1.0, 0.0], [3.0, -1.0]])
    expected = np.array([[0.0, 7.5, -1.0, 5.0], [5.0, 2.0, 10.0, 5.0], [8.0, -1.0, 4.0, 4.0]])
    convolved(check, answer, (image[:, :7], kernel, 2), expected[:, :3])
    with check.otherwise("square-only"):
        convolved(check, answer, (image[:6], kernel, 2), expected)


def _prepare(check: Exercise, answer: Any) -> None:
    # In reading order the pixels count from 10 to 200, over and over, or from 0 to 255.
    counted = [np.resize(np.arange(*ends), (2, 28, 28)) for ends in ((10, 201), (0, 256))]
    batches = [images.astype("uint8") for images in counted]
    ideas = [mistakes.preparing_again, mistakes.preparing]
    _require_scaled(check, answer, batches, ideas, 1)


def _build_cnn(check: Exercise, answer: Any) -> None:
    check.lesson_cnn(check.call(answer))


def _layer_shapes(check: Exercise, answer: Any) -> None:
    check.shapes_table(answer)


def _train(check: Exercise, answer: Any) -> None:
    check.retraced(answer, inputs.two_images(check.rng, epochs=2, known=True))


def _evaluate(check: Exercise, answer: Any) -> None:
    network = inputs.trained_network()
    check.measured(answer, network, *trainings.telling_images(network, check.rng))


EXAMPLES: dict[str, Example] = {
    "scale_pixels": _scale_pixels,
    "add_channel_axis": _add_channel_axis,
    "output_size": _output_size,
    "convolve2d": _convolve2d,
    "vertical_edge_kernel": _vertical_edge_kernel,
    "count_parameters": _count_parameters,
    "max_pool2d": _max_pool2d,
    "strided_convolve2d": _strided_convolve2d,
    "prepare": _prepare,
    "build_cnn": _build_cnn,
    "layer_shapes": _layer_shapes,
    "train": _train,
    "evaluate": _evaluate,
}
"""By gap, in the order of the exercises."""
