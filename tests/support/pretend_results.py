"""A class of many, made of results that no grader had to compute: who knows more answers better."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.contract import POINTS

from autograder.folders import ClassFolder
from autograder.grading.results import Flag, SubmissionResult, result_path, save
from course.notebook.verdict import Verdict

PRETEND_ASSIGNMENTS = ("reshape", "pooling", "quiz")


@dataclass
class PretendClass:
    """The results, and beside them what was drawn, as a reference of its own."""

    results: list[SubmissionResult] = field(default_factory=list)
    ability: dict[str, float] = field(default_factory=dict)
    chosen: dict[str, dict[str, str]] = field(default_factory=dict)
    """By question, each student's letter; "" where there was no answer."""


def pretend_class(size: int, seed: int = 1) -> PretendClass:
    """Draw a class; a tenth of it hands in no quiz."""
    draw = random.Random(seed)
    made = PretendClass()
    for number in range(size):
        student = f"student{number:03d}"
        made.ability[student] = draw.random()
        for assignment in PRETEND_ASSIGNMENTS:
            if assignment != "quiz" or number % 10:
                made.results.append(_result(made, draw, student, assignment))
    return made


def _result(
    made: PretendClass, draw: random.Random, student: str, assignment: str
) -> SubmissionResult:
    result = SubmissionResult(student, assignment, "0" * 64, "pretend", seconds=draw.uniform(1, 20))
    for place, (gap, points) in enumerate(POINTS[assignment].items()):
        right = draw.random() < made.ability[student] * (1 - 0.05 * place)
        result.gaps.append(_gap(draw, gap, points, right))
    if draw.random() < 0.02:
        result.flags.append(Flag("hook", f"sys.settrace # {student}"))
    if assignment == "quiz":
        result.notebook = _quiz(made, draw, student, result.gaps)
    return result


def _gap(draw: random.Random, gap: str, points: float, right: bool) -> Verdict:
    if right:
        return Verdict(gap, points, points, "correct")
    if points > 5 and draw.random() < 0.3:
        return Verdict(gap, points / 2, points, "partial", "half of it")
    message = draw.choice(["the channel axis is missing.", "the pixels were scaled twice."])
    return Verdict(gap, 0.0, points, "incorrect", f"`{gap}`: {message}")


def _quiz(
    made: PretendClass, draw: random.Random, student: str, gaps: list[Verdict]
) -> dict[str, Any]:
    """Write the answers that the marks stand for: "a" is right, "b" draws most of the others."""
    cells = []
    for gap in gaps:
        letter = "a" if gap.score else draw.choice(["b", "b", "b", "c", "d", ""])
        made.chosen.setdefault(gap.exercise, {})[student] = letter
        source = f'{gap.exercise} = "{letter}"' if letter else f"{gap.exercise} = None"
        cells.append({"cell_type": "code", "id": gap.exercise, "metadata": {}, "source": source})
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(made: PretendClass, root: Path) -> ClassFolder:
    """Put the results where grading keeps them."""
    folder = ClassFolder(root)
    for result in made.results:
        save(result, result_path(folder, result.student, result.assignment))
    return folder
