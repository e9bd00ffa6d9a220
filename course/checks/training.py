"""Checks of training and evaluation, with everything computed again from the model's weights."""

from typing import TYPE_CHECKING, Any

import numpy as np

from course.checks import practice
from course.checks.arrays import is_close, kind_of

if TYPE_CHECKING:
    from course.checks.exercise import Exercise

LEARNED_ACCURACY = 0.5
"""On images where chance is 0.1, and where honest training ends near 1."""


def history(check: "Exercise", value: Any, epochs: int) -> None:
    """Fail unless the value is a History with one loss for each epoch."""
    records = getattr(value, "history", None)
    check.that(
        isinstance(records, dict),
        f"the History that `model.fit` returns was expected, but it is {kind_of(value)}.",
    )
    losses = list((records or {}).get("loss", []))
    if len(losses) != epochs:
        check.fail(
            f"the model was to be fitted for {epochs} epochs, but the History tells of "
            f"{len(losses)}. Pass `epochs` on to `fit`."
        )


def learned(
    check: "Exercise", model: Any, images: np.ndarray, labels: np.ndarray, loss_before: float
) -> None:
    """Fail unless the model's loss fell and its accuracy is far above chance."""
    after = practice.loss(model, images, labels)
    if is_close(after, loss_before):
        check.fail(
            "the model that was given has not changed. Fit that one, and not a new model or a copy."
        )
    reached = practice.accuracy(model, images, labels)
    if not after < loss_before or reached < LEARNED_ACCURACY:
        check.fail(
            f"the model was trained, but has not learned: accuracy {reached:.0%} on images that "
            "are easy to tell apart. Look at the loss: the labels are whole numbers, so it is "
            "sparse_categorical_crossentropy."
        )


def accuracy(
    check: "Exercise", got: float, model: Any, images: np.ndarray, labels: np.ndarray
) -> None:
    """Fail unless the number is the model's accuracy on these images; name what it is instead."""
    expected = practice.accuracy(model, images, labels)
    if is_close(got, expected):
        return
    if is_close(got, 100 * expected):
        check.fail("that is the accuracy in per cent. Return it as a share between 0 and 1.")
    if is_close(got, practice.loss(model, images, labels)):
        check.fail("that is the loss. `model.evaluate` gives the loss first, then the accuracy.")
    if is_close(got, 1 - expected):
        check.fail("that is the share of images it got wrong.")
    check.fail(
        f"{got:.4g} is not the model's accuracy on the images that were given. "
        "Use the arguments, and not images of the notebook."
    )
