"""Marks don't depend on luck: honest trainings graded twenty times each, with other seeds.

`python tests/benchmarks/luck.py` prints a row for each; `make luck` runs it.
"""

import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from support.gap_cells import judge, judge_in
from support.places import COURSE
from support.reference import reference

from course.checks import inputs

TIMES = 20

# Borderline: slow steps, few steps, or fewer images than were given.
HONEST: dict[str, dict[str, Any]] = {
    "the lesson's, batches of 32": {},
    "large batches": {"fit": {"batch_size": 128}},
    "a quarter held back": {"fit": {"validation_split": 0.25}},
    "small steps": {"rate": 3e-4},
    "large steps": {"rate": 2e-2},
}


def trainer(rate: float = 1e-3, fit: dict[str, Any] | None = None) -> Callable[..., Any]:
    """Make a `train` of a learner's that compiles as in the lesson, but for these choices."""

    def train(model: Any, images: Any, labels: Any, epochs: int) -> Any:
        import keras

        loss = "sparse_categorical_crossentropy"
        model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
        return model.fit(images, labels, epochs=epochs, verbose=0, **(fit or {}))

    return train


def marks() -> dict[str, list[float]]:
    """Grade each twenty times, from another secret and another start of the random numbers."""
    answers = {name: trainer(**choices) for name, choices in HONEST.items()}
    return {"the reference solution": _repeated(_reference)} | {
        name: _repeated(lambda train=train: judge("cnn", "train", train).score)
        for name, train in answers.items()
    }


def _reference() -> float:
    import tensorflow as tf

    names: dict[str, Any] = {"tf": tf}
    exec(compile(reference(COURSE, "cnn").gaps["train"], "<solution>", "exec"), names)
    return judge_in(names, "cnn", "train").score


def _repeated(grade: Callable[[], float]) -> list[float]:
    import tensorflow as tf

    scores = []
    with _secrets_restored():
        for seed in range(TIMES):
            inputs.set_secret(f"luck {seed}".encode())
            tf.keras.utils.set_random_seed(seed)
            scores.append(grade())
    return scores


@contextmanager
def _secrets_restored() -> Any:
    before = inputs._secret
    try:
        yield
    finally:
        inputs.set_secret(before)


def main() -> int:
    """Print the table; 1 if a mark depends on the seed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    found = marks()
    print(f"`train`, {TIMES} times each, points of 5")
    for name, scores in found.items():
        print(f"  {name:30} {min(scores):g} to {max(scores):g}")
    return int(any(len(set(scores)) > 1 for scores in found.values()))


if __name__ == "__main__":
    sys.exit(main())
