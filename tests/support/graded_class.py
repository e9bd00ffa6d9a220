"""A class in the gradebook whose results are given, where running notebooks would prove nothing."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support.contract import POINTS

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.database import open_gradebook, register
from autograder.gradebook.writer import enter
from autograder.grading.results import SubmissionResult, put
from course.notebook.verdict import Verdict

REGISTERED = ("reshape", "pooling")


@pytest.fixture(scope="session")
def registered(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that knows two assignments and nobody."""
    folder = ClassFolder(tmp_path_factory.mktemp("registered"))
    for name in REGISTERED:
        register(nbformat.read(course.source(name), as_version=4), name, folder)
    return folder.gradebook


def give(
    class_folder: ClassFolder,
    student: str,
    assignment: str,
    scores: Mapping[str, float],
    **more: Any,
) -> SubmissionResult:
    """Enter a result as grading does: in its file, and in the gradebook."""
    gaps = []
    for gap, max_score in POINTS[assignment].items():
        score = float(scores.get(gap, 0.0))
        status = "correct" if score == max_score else "partial" if score else "incorrect"
        message = "" if status == "correct" else f"{gap}: no"
        gaps.append(Verdict(gap, score, max_score, status, message))
    result = SubmissionResult(
        student, assignment, f"digest of {student}", "bubblewrap", gaps, **more
    )
    put(class_folder, result)
    with open_gradebook(class_folder) as gradebook:
        enter(gradebook, [result])
    return result


def new_class(registered: Path, folder: Path) -> ClassFolder:
    """A class folder whose gradebook knows the assignments."""
    class_folder = ClassFolder(folder)
    class_folder.root.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(registered, class_folder.gradebook)
    return class_folder
