"""The autograded notebook of one submission, which formgrader shows."""

import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.folders import ClassFolder
from autograder.grading.results import SubmissionResult
from autograder.ingest.reading import EXCHANGE_FILES, read_exchange_files
from course.files import write_atomically
from course.notebook.cell_marks import mark_of

UNSAFE = "none"
"""`SubmissionResult.sandbox` of what was graded without a sandbox."""


def autograded_notebook(result: SubmissionResult, source: NotebookNode) -> NotebookNode:
    """Return the notebook for formgrader; its first cell says how the submission was graded.

    For a submission that could not be read, this is the source notebook with the reason.
    """
    if result.notebook:
        notebook = nbformat.from_dict(result.notebook)
    else:
        notebook = nbformat.from_dict(dict(source))
        for cell in notebook.cells:
            if mark_of(cell).is_gap:
                cell.source = f"# Not graded: {result.rejected}"
    known = {cell.source for cell in source.cells}
    for cell in notebook.cells:
        if cell.cell_type != "code" and cell.source not in known:
            _show_as_text(cell)
    notebook.cells = [_stamp(result), *notebook.cells]
    return notebook


def _show_as_text(cell: NotebookNode) -> None:
    """Fence a student's own prose: Markdown may hold HTML, scripts and links that run them."""
    ticks = max((len(run) for run in re.findall("`+", cell.source)), default=0)
    fence = "`" * max(3, ticks + 1)
    cell.cell_type = "markdown"
    cell.pop("attachments", None)
    cell.source = f"{fence}\n{cell.source}\n{fence}"


def _stamp(result: SubmissionResult) -> NotebookNode:
    """Return the first cell."""
    if result.sandbox == UNSAFE:
        text = (
            "**sandbox=none: this was graded without a sandbox.** The student's code ran with the "
            "grader's own rights, so nothing here is protected against forgery."
        )
    else:
        text = f"Graded with sandbox={result.sandbox}."
    if result.rejected:
        text += f"\n\n**The notebook could not be graded:** {result.rejected}"
    return nbformat.v4.new_markdown_cell(text, id="how-it-was-graded")


def write_autograded(
    class_folder: ClassFolder, result: SubmissionResult, source: NotebookNode
) -> None:
    """Put the autograded notebook where nbgrader looks for it, unless it is there already."""
    folder = class_folder.autograded / result.student / result.assignment
    content = written(autograded_notebook(result, source))
    write_changed(folder / f"{result.assignment}.ipynb", content)
    pass_on_exchange_files(class_folder.submitted / result.student / result.assignment, folder)


def written(notebook: NotebookNode) -> bytes:
    """Return a notebook's file, with the text of each cell in one piece.

    `nbformat.writes` takes ten times as long: it copies everything to cut texts into lines, and to
    log what is not valid.
    """
    return f"{json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)}\n".encode()


def pass_on_exchange_files(before: Path, after: Path) -> None:
    """Copy the exchange's notes from one step's folder to the next, as nbgrader does.

    `nbgrader release_feedback` needs them beside the feedback, and those of the very submission
    that was graded. What the step before has not is removed.
    """
    found = read_exchange_files(before)
    for name in EXCHANGE_FILES:
        if name in found:
            write_changed(after / name, found[name])
        else:
            (after / name).unlink(missing_ok=True)


def write_changed(path: Path, content: bytes) -> None:
    """Write a file whole, unless it holds this content already.

    What a power cut leaves of it, the next run writes again from the result.
    """
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, lambda file: file.write(content), lasting=False)
