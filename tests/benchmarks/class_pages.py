"""Time the report, the similarity list and the feedback pages of a class that is pretended whole.

Every student hands in all five assignments: the reference solutions with other names in them, a
picture of 20 kB in each notebook. Nothing is graded: the results are drawn. `STUDENTS` says how
many there are.
"""

import base64
import os
import random
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import nbformat
from rich.console import Console
from support.contract import ASSIGNMENTS

from autograder.cli.show_pages import run_report
from autograder.folders import ClassFolder, CourseFolder, find_course
from autograder.gradebook.database import make_gradebook
from autograder.grading.results import SubmissionResult, iter_results, result_path, save
from autograder.pages.feedback.feedback_page import ClassPages
from autograder.pages.similarity.similar_pairs import similar
from course.notebook.verdict import Verdict

DRAW = random.Random(1)
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + DRAW.randbytes(20_000)).decode()


def notebook(source: nbformat.NotebookNode, student: str) -> dict:
    """Make the graded notebook of somebody who knows everything."""
    cells = []
    for cell in source.cells:
        mark = cell.metadata.get("nbgrader", {})
        origin = "gap" if mark.get("solution") else "source" if mark else "own"
        made = {"cell_type": cell.cell_type, "id": cell["id"], "source": cell.source}
        made["metadata"] = {"convpool": {"origin": origin}}
        if origin == "gap":
            made["source"] = f"# {student}\n{cell.source}\nkept_{student} = {DRAW.randrange(9)}"
        if cell.cell_type == "code":
            made["outputs"] = []
        cells.append(made)
    picture = {"output_type": "display_data", "data": {"image/png": PICTURE}, "metadata": {}}
    next(one for one in cells if one["cell_type"] == "code")["outputs"].append(picture)
    cells.append({**cells[-1], "cell_type": "code", "id": "own-01", "source": "plot()"})
    cells[-1]["metadata"] = {"convpool": {"origin": "own"}}
    cells[-1]["outputs"] = [picture]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write_class(folder: ClassFolder, students: int) -> list[tuple[str, str]]:
    """Put drawn results where grading keeps them."""
    course, handed_in = find_course(), []
    for assignment in ASSIGNMENTS:
        source = nbformat.read(course.source(assignment), as_version=4)
        points = {
            cell.metadata.nbgrader.grade_id.removeprefix("test_"): cell.metadata.nbgrader.points
            for cell in source.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        for number in range(students):
            student = f"student{number:03d}"
            result = SubmissionResult(student, assignment, "", "pretend", seconds=DRAW.random())
            for gap, most in points.items():
                right = DRAW.random() < number / students
                status = "correct" if right else "incorrect"
                result.gaps.append(Verdict(gap, most if right else 0.0, float(most), status))
            result.notebook = notebook(source, student)
            save(result, result_path(folder, student, assignment))
            handed_in.append((student, assignment))
    return handed_in


def write_pages(course: CourseFolder, folder: ClassFolder, graded: list[tuple[str, str]]) -> None:
    """Write the feedback page of every submission."""
    pages = ClassPages(course, folder)
    for student, assignment in graded:
        pages.write(student, assignment)


def timed(what: str, count: int, step) -> None:
    """Run a step and print how long it took."""
    start = perf_counter()
    step()
    seconds = perf_counter() - start
    sys.stdout.write(
        f"{what:12} {count:6,} {seconds:8.1f} s {1000 * seconds / count:8.1f} ms each\n"
    )


def main() -> None:
    """Print a line for each of the three."""
    students = int(os.environ.get("STUDENTS", "300"))
    course = find_course()
    with tempfile.TemporaryDirectory(prefix="convpool-pages-") as name:
        folder = ClassFolder(Path(name).resolve())
        graded = write_class(folder, students)
        for student, assignment in graded:
            path = folder.autograded / student / assignment / f"{assignment}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text("{}")
        make_gradebook(folder)
        timed("feedback", len(graded), lambda: write_pages(course, folder, graded))
        timed("similarity", len(graded), lambda: similar(course, folder, iter_results(folder)))
        quiet = Console(quiet=True)
        timed(
            "report",
            len(graded),
            lambda: run_report(course, folder, [], anonymous=False, to=None, console=quiet),
        )


if __name__ == "__main__":
    main()
