"""The rules of the open exercise `improve`: what a network has to be, how it is shown images."""

from typing import TYPE_CHECKING, Any

import numpy as np

from course.model_graph import require_runnable, standard

if TYPE_CHECKING:
    from course.checks.exercise import Exercise

NAME = "improve"
"""The open exercise's notebook, and its folder among those handed in."""

BUDGET = 50_000
"""The most parameters that a network may have, trained or not."""

_BATCH = 32  # a model may hold 16 MiB for each image


def require_rules(check: "Exercise", model: Any) -> int:
    """Fail the check unless it is a Keras model from (28, 28, 1) to 10 classes within the budget.

    Returns the number of its parameters.
    """
    import keras

    check.that(isinstance(model, keras.Model), f"a Keras model was expected, not {model!r:.60}.")
    check.that(model.built, "the model has no weights yet: give it an Input and train it.")
    # What can't be rebuilt where it is ranked is refused here in the same words.
    require_runnable(model, NAME)
    model = standard(model, NAME)
    shapes = tuple(model.input_shape[1:]), tuple(model.output_shape[1:])
    check.that(
        shapes == ((28, 28, 1), (10,)),
        f"one image goes in as (28, 28, 1) and 10 numbers come out; yours has {shapes[0]} and "
        f"{shapes[1]}.",
    )
    parameters = int(model.count_params())
    check.that(
        parameters <= BUDGET,
        f"it has {parameters:,} parameters, {parameters - BUDGET:,} more than the {BUDGET:,} of "
        "the budget. model.summary() shows where they are.",
    )
    return parameters


def right_answers(model: Any, images: Any, labels: Any) -> np.ndarray:
    """Say for each image (n, 28, 28), uint8, whether the model is right: (n,) of bool."""
    right = [
        np.asarray(model(images[i : i + _BATCH, ..., np.newaxis] / np.float32(255))).argmax(axis=1)
        == labels[i : i + _BATCH]
        for i in range(0, len(images), _BATCH)
    ]
    return np.concatenate(right)


def standard_error(accuracy: float, images: int) -> float:
    """Return the standard error of an accuracy 0…1 that was measured on so many images."""
    return float(np.sqrt(accuracy * (1 - accuracy) / images))


def judge(check: "Exercise", model: Any, images: Any, labels: Any) -> None:
    """Check a learner's model by the rules, and print how many of these images it gets right.

    The images are (n, 28, 28), uint8. Raises CheckFailed for a model that breaks a rule.
    """
    parameters, right = require_rules(check, model), right_answers(model, images, labels)
    accuracy = float(np.mean(right))
    error = standard_error(accuracy, len(right))
    print(
        f"{parameters:,} of {BUDGET:,} parameters. {accuracy:.1%} ± {100 * error:.1f} of "
        f"{len(right):,} test images right."
    )
