"""What is compared: the code cells of every graded notebook, and what everybody was given."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.course_folder import ASSIGNMENTS, ClassFolder, CourseFolder
from autograder.grading.results import SubmissionResult
from autograder.similarity.compare import Alike, alike_pairs
from autograder.similarity.fingerprints import Prints, fingerprints

QUIZ = "quiz"
"""Its answers are letters: they are compared by nobody."""


def similar(
    course: CourseFolder,
    class_folder: ClassFolder,
    results: Iterable[SubmissionResult],
) -> Iterator[tuple[str, Alike]]:
    """Compare what was handed in, assignment by assignment; the most alike come first in each."""
    given = given_prints(course, class_folder)
    prints: dict[str, dict[str, Prints]] = {}
    for result in results:
        if result.assignment != QUIZ and result.notebook:
            own, fixed = split_cells(result.notebook)
            prints.setdefault(result.assignment, {})[result.student] = fingerprints(own, fixed)
    for assignment, by_student in prints.items():
        for pair in alike_pairs(by_student, given):
            yield assignment, pair


def split_cells(notebook: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Give the student's code cells by name (gaps, and cells of their own), and the course's."""
    own: dict[str, str] = {}
    fixed: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        if cell["metadata"].get("convpool", {}).get("origin") == "source":
            fixed.append(cell["source"])
        else:
            own[cell["id"]] = cell["source"]
    return own, fixed


def given_prints(course: CourseFolder, class_folder: ClassFolder) -> Prints:
    """Take the fingerprints of the lesson, the releases and the reference solutions."""
    import course as package

    learners = Path(package.__file__).parent
    paths = [*learners.glob("*.ipynb")]
    for name in ASSIGNMENTS:
        paths += [course.release(name), course.source(name), class_folder.release(name)]
    found: Prints = {}
    for path in paths:
        if path.is_file():
            cells = nbformat.read(path, as_version=4).cells
            code = {cell["id"]: cell.source for cell in cells if cell.cell_type == "code"}
            found |= fingerprints(code)
    return found
