"""Marks don't depend on luck: each of these notebooks is graded twenty times.

Honest trainings are graded with other seeds; notebooks that end their kernel, in forked and in
fresh kernels, must always get the same points.

`python tests/benchmarks/luck.py` prints a row for each; `make luck` runs it.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from support.gap_cells import judge, judge_in
from support.kernel_endings import Ending, EndingGrader, ending_grader, endings
from support.places import COURSE
from support.reference import reference

from autograder.grading.conditions import usual_jobs
from course.checks import inputs

TIMES = 20

# Borderline: slow steps, few steps, or many.
HONEST: dict[str, dict[str, Any]] = {
    "the lesson's, batches of 32": {},
    "large batches": {"fit": {"batch_size": 128}},
    "all images in one batch": {"fit": {"batch_size": 10_000}},
    "small batches": {"fit": {"batch_size": 5}},
    "in their order": {"fit": {"shuffle": False, "batch_size": 50}},
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


def marks(times: int = TIMES) -> dict[str, list[float]]:
    """Grade each so many times, from another secret and another start of the random numbers."""
    answers = {name: trainer(**choices) for name, choices in HONEST.items()}
    return {"the reference solution": _repeated(_reference, times)} | {
        name: _repeated(lambda train=train: judge("cnn", "train", train).score, times)
        for name, train in answers.items()
    }


def _reference() -> float:
    import tensorflow as tf

    names: dict[str, Any] = {"tf": tf}
    exec(compile(reference(COURSE, "cnn").gaps["train"], "<solution>", "exec"), names)
    return judge_in(names, "cnn", "train").score


def _repeated(grade: Callable[[], float], times: int) -> list[float]:
    import tensorflow as tf

    scores = []
    with _secrets_restored():
        for seed in range(times):
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


def ending_marks(
    grader: EndingGrader, chosen: list[Ending], times: int
) -> dict[str, set[tuple[float, ...]]]:
    """Grade each notebook so many times, several at once; return the different points of each."""
    with ThreadPoolExecutor(usual_jobs()) as pool:
        return {e.name: set(pool.map(grader.points, [e] * times)) for e in chosen}


def print_endings() -> bool:
    """Print a row for each way to end a kernel; return whether all points are as they must be."""
    right = {ending.name: ending.points for ending in endings()}
    lucky: list[str] = []
    for forked in (True, False):
        kind = "forked" if forked else "fresh"
        with ending_grader(COURSE, forked=forked) as grader:
            found = ending_marks(grader, endings(), TIMES)
        print(f"`reshape` whose kernel ends, {kind} kernels, {TIMES} times each, points of 4 + 6")
        for name, points in found.items():
            words = ", ".join("{:g} + {:g}".format(*pair) for pair in sorted(points))
            print(f"  {name:45} {words}{'' if points == {right[name]} else '  (wrong)'}")
        lucky += [f"{kind}: {name}" for name, points in found.items() if points != {right[name]}]
    print(f"{len(right)} ways, {len(lucky)} wrong or by luck {lucky or ''}")
    return not lucky


def main() -> int:
    """Print the tables; 1 if a mark depends on luck."""
    if not print_endings():
        return 1
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    found = marks()
    print(f"`train`, {TIMES} times each, points of 5")
    for name, scores in found.items():
        print(f"  {name:30} {min(scores):g} to {max(scores):g}")
    return int(any(len(set(scores)) > 1 for scores in found.values()))


if __name__ == "__main__":
    sys.exit(main())
