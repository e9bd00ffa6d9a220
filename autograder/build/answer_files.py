"""A student's answers as data: read from a script, written into a released notebook, handed out.

An answer file is a py:percent script. A cell marked `# %% gap="name"` replaces that gap; any other
code cell becomes a cell of the student's own in front of the next gap (or at the end).
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.build.script import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder, is_there
from course.errors import BuildError
from course.learner.hints import SOLUTIONS_FILE
from course.notebook.cell_marks import mark_of

_REGION_LINES = ("### BEGIN SOLUTION", "### END SOLUTION", "### KEEP ABOVE")


@dataclass
class Answers:
    """What one student wrote in one notebook."""

    gaps: dict[str, str] = field(default_factory=dict)
    """Source by the gap's grade_id."""
    own_cells: dict[str, list[str]] = field(default_factory=dict)
    """Sources of own cells, by the grade_id of the gap that follows them ("" for the end)."""


def read_answers(script: Path) -> Answers:
    """Read an answer file."""
    return parse_answers(script.read_text(encoding="utf-8"))


def parse_answers(text: str) -> Answers:
    """Split the text of an answer file into gaps and own cells."""
    answers = Answers()
    own_cells: list[str] = []
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        gap = cell.metadata.get("gap")
        if gap is None:
            if cell.cell_type == "code" and cell.source.strip():
                own_cells.append(cell.source)
            continue
        answers.gaps[gap] = cell.source
        if own_cells:
            answers.own_cells[gap], own_cells = own_cells, []
    if own_cells:
        answers.own_cells[""] = own_cells
    return answers


def reference_answers(source: NotebookNode) -> Answers:
    """Return the reference solution: the answers of a source notebook."""
    marks = [(cell, mark_of(cell)) for cell in source.cells]
    return Answers({mark.exercise: cell.source for cell, mark in marks if mark.is_gap})


def fill(release: NotebookNode, answers: Answers) -> NotebookNode:
    """Return a copy of the released notebook with the answers in it.

    Raises `BuildError` for an answer to a gap that the notebook does not have.
    """
    notebook = nbformat.reads(nbformat.writes(release), as_version=4)
    known = {cell["id"]: cell for cell in notebook.cells}
    unknown = sorted(set(answers.gaps) - set(known))
    if unknown:
        raise BuildError(f"The notebook has no gap called {unknown[0]!r}.")
    for gap, source in answers.gaps.items():
        known[gap].source = source
    for gap, sources in answers.own_cells.items():
        place = notebook.cells.index(known[gap]) if gap else len(notebook.cells)
        notebook.cells[place:place] = [
            nbformat.v4.new_code_cell(source, id=f"own-{gap or 'end'}-{number}")
            for number, source in enumerate(sources)
        ]
    return notebook


def hand_in(
    release: Path, answers: Answers, submitted: Path, student: str, assignment: str
) -> Path:
    """Write a filled notebook where nbgrader looks for submissions; return its path."""
    notebook = fill(nbformat.read(release, as_version=4), answers)
    target = submitted / student / assignment / f"{assignment}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return target


def solutions_file(
    course: CourseFolder, class_folder: ClassFolder, names: list[str]
) -> dict[Path, bytes]:
    """Return the class's `solutions.json` and its content: the solution of every gap, by its name.

    An instructor hands the file out once solutions may be seen; `course hint` shows a gap's
    solution after its last hint if the file lies beside the learner's notebooks. A class's own
    quiz takes precedence over the course's. All assignments are included if none is named.
    """
    solutions: dict[str, str] = {}
    for name in course.require(names):
        own = class_folder.source(name)
        source = read_source_notebook(own if is_there(own) else course.source(name))
        for gap, code in reference_answers(source).gaps.items():
            solutions[gap] = _without_region_lines(code)
    text = json.dumps(solutions, ensure_ascii=False, indent=1) + "\n"
    return {class_folder.root / "release" / SOLUTIONS_FILE: text.encode()}


def _without_region_lines(code: str) -> str:
    """Remove the lines that delimit a solution, and the released stub above a kept region."""
    begin, _, keep_above = _REGION_LINES
    if keep_above in code:
        code = code.partition(begin)[2]
    lines = code.strip().splitlines()
    return "\n".join(line for line in lines if line.strip() not in _REGION_LINES)
