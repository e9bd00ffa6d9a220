"""Put written answers into a released notebook, as a student would type them.

An answer file is a py:percent script: a cell marked `# %% gap="name"` replaces that gap, any other
cell is put, as one of the student's own, in front of the gap that follows it (or at the end).
"""

from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from course.errors import BuildError
from course.notebook.marks import mark_of


@dataclass
class Answers:
    """What one student wrote in one notebook."""

    gaps: dict[str, str] = field(default_factory=dict)
    """Source by the gap's grade_id."""
    own_cells: dict[str, list[str]] = field(default_factory=dict)
    """Sources of further cells, by the grade_id of the gap they stand before ("" for the end)."""


def read_answers(script: Path) -> Answers:
    """Read an answer file."""
    return parse_answers(script.read_text(encoding="utf-8"))


def parse_answers(text: str) -> Answers:
    """Split an answer script into gaps and own cells."""
    answers = Answers()
    waiting: list[str] = []
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        gap = cell.metadata.get("gap")
        if gap is None:
            if cell.cell_type == "code" and cell.source.strip():
                waiting.append(cell.source)
            continue
        answers.gaps[gap] = cell.source
        if waiting:
            answers.own_cells[gap], waiting = waiting, []
    if waiting:
        answers.own_cells[""] = waiting
    return answers


def reference_answers(source: NotebookNode) -> Answers:
    """Take the answers of the source notebook: the reference solution."""
    answers = Answers()
    for cell in source.cells:
        mark = mark_of(cell)
        if mark.is_gap:
            answers.gaps[mark.exercise] = cell.source
    return answers


def fill(release: NotebookNode, answers: Answers) -> NotebookNode:
    """Return a copy of the released notebook with the answers in it."""
    notebook: NotebookNode = nbformat.from_dict(dict(release))
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
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
