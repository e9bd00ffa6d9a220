"""The class that is graded in the benchmarks: honest submissions of several kinds.

Six kinds take turns: the reference solution, right by two other roads, typical mistakes, half of
the gaps answered, and blank.
"""

import os
import sys

from support.commands import SCRIPTS
from support.final_scores import final_scores
from support.places import COURSE, SUBMISSIONS
from support.reference import reference

from autograder.build.answer_files import Answers, hand_in, read_answers
from autograder.folders import ClassFolder

KINDS = ("reference", "loops", "library", "mistakes", "half", "blank")

# Where one of the demo's students wrote just that already.
ELSEWHERE = {
    ("library", "cnn"): "demo/ben/cnn.py",
    ("mistakes", "reshape"): "demo/chi/reshape.py",
    ("mistakes", "convolution"): "demo/chi/convolution.py",
    ("mistakes", "pooling"): "demo/chi/pooling.py",
}


def answers(kind: str, assignment: str) -> Answers:
    """Return what a student of this kind writes."""
    right = reference(COURSE, assignment)
    gaps = list(right.gaps)
    if kind == "reference":
        return right
    if kind == "half":
        return Answers(gaps={gap: right.gaps[gap] for gap in gaps[: (len(gaps) + 1) // 2]})
    if kind == "blank":
        return Answers()
    if assignment == "quiz":
        return Answers(gaps=_quiz(kind, right.gaps))
    place = ELSEWHERE.get((kind, assignment), f"bench/{kind}/{assignment}.py")
    return read_answers(SUBMISSIONS / place)


def _quiz(kind: str, right: dict[str, str]) -> dict[str, str]:
    """Say the same in another way, or the first letter everywhere."""
    if kind == "mistakes":
        return {gap: f'{gap} = "a"' for gap in right}
    return {gap: f"{source}\n{gap} = type({gap})({gap})" for gap, source in right.items()}


def hand_in_class(
    class_folder: ClassFolder, students: int, assignments: tuple[str, ...]
) -> list[str]:
    """Let so many students hand in each assignment; return their names."""
    names = [f"{KINDS[n % len(KINDS)]}-{n:04d}" for n in range(students)]
    for assignment in assignments:
        written = {kind: answers(kind, assignment) for kind in KINDS}
        for name in names:
            filled = written[name.rpartition("-")[0]]
            release = COURSE.release(assignment)
            hand_in(release, filled, class_folder.submitted, name, assignment)
    return names


def marks(class_folder: ClassFolder, names: list[str], assignment: str) -> dict[str, float]:
    """Read the marks of an assignment, by student and gap; what has none is not a number."""
    found: dict[str, float] = {}
    for name in names:
        scores = final_scores(class_folder, assignment, name) or {"missing": float("nan")}
        found |= {f"{name}/{gap}": score for gap, score in scores.items()}
    return found


def environment(class_folder: ClassFolder, **more: str) -> dict[str, str]:
    """Give both ways the same images, and the class."""
    known = dict(os.environ)
    if not os.environ.get("FASHION_MNIST_DIR"):
        known["COURSE_DATA"] = "standin"
    path = os.pathsep.join((str(SCRIPTS), known.get("PATH", os.defpath)))
    return known | {"CLASS_DIR": str(class_folder.root), "PATH": path} | more


def note(text: str) -> None:
    """Tell the terminal what is going on, away from the table."""
    print(text, file=sys.stderr, flush=True)
