"""Stock nbgrader courses: nbgrader's own example, and small ones made of a few cells."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import nbgrader as nbgrader_package
from nbformat import NotebookNode

from autograder.gradebook.nbgrader_quirks import put_scripts_on_path

EXAMPLE = Path(nbgrader_package.__file__).parent / "docs" / "source" / "user_guide" / "source"
CONFIGURATION = """\
c = get_config()
c.CourseDirectory.course_id = "course101"
c.IncludeHeaderFooter.header = "source/header.ipynb"
"""


def quickstart(root: Path) -> Path:
    """Make the course of `nbgrader quickstart`, which copies the same files."""
    ignored = shutil.ignore_patterns("*.html", "autotests.yml", "ps1_autotest")
    shutil.copytree(EXAMPLE, root / "source", ignore=ignored)
    (root / "nbgrader_config.py").write_text(CONFIGURATION)
    return root


def cell(
    source: str, grade_id: str = "", *, kind: str = "code", points: float | None = None, **mark: Any
) -> NotebookNode:
    """Make a cell without an id; `mark` has solution, locked or task."""
    made = NotebookNode(cell_type=kind, metadata=NotebookNode(), source=source)
    if kind == "code":
        made.update(execution_count=None, outputs=[])
    if grade_id:
        usual = {"grade": False, "solution": False, "locked": False, "task": False}
        made.metadata.nbgrader = NotebookNode(
            {**usual, "grade_id": grade_id, "schema_version": 3, **mark}
        )
        if points is not None:
            made.metadata.nbgrader.points = points
    return made


def answer(source: str, grade_id: str) -> NotebookNode:
    """An autograded answer."""
    return cell(source, grade_id, solution=True)


def ordinary_test(source: str, grade_id: str, points: float = 1) -> NotebookNode:
    """An autograder test."""
    return cell(source, grade_id, points=points, grade=True, locked=True)


def manual(source: str, grade_id: str, points: float = 1, kind: str = "markdown") -> NotebookNode:
    """A manually graded answer."""
    return cell(source, grade_id, kind=kind, points=points, grade=True, solution=True)


def task(source: str, grade_id: str, points: float = 1) -> NotebookNode:
    """A task."""
    return cell(source, grade_id, kind="markdown", points=points, task=True, locked=True)


def write_notebook(path: Path, cells: Sequence[NotebookNode], language: str = "python") -> None:
    """Write a notebook of nbformat 4.0, which has no ids."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": language}
    notebook = NotebookNode(
        cells=list(cells), metadata={"kernelspec": kernel}, nbformat=4, nbformat_minor=0
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def hand_in(source: Path, folder: Path, changes: dict[str, str] | None = None) -> None:
    """Hand in a folder of notebooks; `changes` maps what stands in their files to other text."""
    shutil.copytree(source, folder)
    for path in sorted(folder.glob("*.ipynb")):
        text = path.read_text()
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        path.write_text(text)


def nbgrader(root: Path, *arguments: str) -> None:
    """Run one of nbgrader's own commands in a course."""
    put_scripts_on_path()
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def automatic_scores(database: Path, student: str) -> dict[str, tuple[float | None, bool]]:
    """Return the automatic mark, and whether a person's is awaited, of each graded cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{database}") as gradebook:
        return {
            f"{assignment.name}/{notebook.name}/{grade.name}": (
                grade.auto_score,
                bool(grade.needs_manual_grade),
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            if submission.student.id == student
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
