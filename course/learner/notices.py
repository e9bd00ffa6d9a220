"""Notices of `course check`: what a learner may not have intended, and what to do about it.

Files that are not collected, work that is not saved, cells that were changed, and results that
depend on the order in which cells were run. A notice does not change a mark.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.files import read_state
from course.learner.folder import Work, read_notebook
from course.notebook.cell_code import top_level_names
from course.notebook.cell_marks import exercise_of, id_of_test
from course.notebook.nodes import NotebookNode
from course.notebook.tampering import Flag
from course.notebook.verdict import FAILED, Verdict

# Two files that were written within this time count as equally new. A kernel also still reports
# activity for a moment after its notebook was saved.
_SECONDS = 2.0

_CELLS = {
    "deleted": "`{cell}` was deleted; the released one ran in its place, as in grading.",
    "from_earlier_release": "`{cell}` is of an earlier release; today's ran, as in grading.",
    "edited": "`{cell}` was changed ({evidence}); the released one ran, as in grading.",
    "moved": "`{cell}` was moved; it ran where it was released.",
    "duplicated": "`{cell}` is there more than once: delete the copies.",
    "retyped": "`{cell}` has another type of cell: {evidence}.",
    "reflagged": "`{cell}` has other settings than the released one ({evidence}).",
    "found_by_name": "`{cell}` has lost its mark; another cell that defines the name was taken.",
}
_GAP_DELETED = "The cell of the gap `{cell}` is gone ({evidence})."
_MARKS_LOST = (
    "{evidence}. Another editor may have dropped them; it is graded all the same, "
    "but `course reset` gives a notebook that has them."
)


def about_files(work: Work) -> Iterator[str]:
    """Notice a file name that is not collected, newer copies and newer checkpoints."""
    if work.path.name != work.expected_name:
        yield (
            f"The file is called {work.path.name}. Only {work.expected_name} is collected: "
            "rename it. `course submit` packs it under that name."
        )
    changed = work.path.stat().st_mtime
    for other in sorted(work.path.parent.glob("*.ipynb")):
        newer = other.stat().st_mtime > changed + _SECONDS
        if other != work.path and newer and work.path.name == work.expected_name:
            yield (
                f"{other.name} beside it is newer. Only {work.expected_name} is collected: is your "
                "work in the right one?"
            )
    checkpoint = work.path.parent / ".ipynb_checkpoints" / f"{work.path.stem}-checkpoint.ipynb"
    if _is_newer_and_other(checkpoint, work.path):
        yield (
            "Its checkpoint is newer and differs from it: what you see in JupyterLab may not be "
            "what is in the file. Save it (Ctrl+S), or choose File ▸ Revert Notebook."
        )


def _is_newer_and_other(checkpoint: Path, path: Path) -> bool:
    """Tell whether a checkpoint was written after the notebook and has other cells."""
    try:
        if checkpoint.stat().st_mtime <= path.stat().st_mtime + _SECONDS:
            return False
        saved, other = (
            [cell.source for cell in read_notebook(file).cells] for file in (path, checkpoint)
        )
    except (OSError, CourseError):
        return False
    return saved != other


def about_unsaved(path: Path) -> Iterator[str]:
    """Notice that the notebook's kernel was used after the file was written.

    Unsaved text in the browser cannot be read from here; a kernel in use is the best sign of it.
    """
    if any(_used_later(path, server) for server in _servers()):
        yield (
            "JupyterLab has it open and has used it since it was saved. Save it (Ctrl+S), then "
            "check again, if you changed something."
        )


def _servers() -> list[dict[str, Any]]:
    """Read what the Jupyter servers of this user note of themselves, also one that was killed.

    jupyter_server has a function for this, and takes half a second to import.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    notes = Path(jupyter_runtime_dir()).glob("jpserver-*.json")
    return [server for server in map(read_state, notes) if server]


def _used_later(path: Path, server: dict[str, Any]) -> bool:
    """Tell whether a server has a kernel of the notebook that was used after the last save."""
    root = Path(str(server.get("root_dir", "")))
    target, written = path.resolve(), path.stat().st_mtime
    for session in _sessions(server):
        try:
            name = session["path"].removeprefix("RTC:")
            used = datetime.fromisoformat(session["kernel"]["last_activity"].replace("Z", "+00:00"))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if (root / name).resolve() == target and used.timestamp() > written + _SECONDS:
            return True
    return False


def _sessions(server: dict[str, Any]) -> list[Any]:
    """Return the sessions of a server on this machine, [] if it does not answer."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return []
    import urllib.request

    # Never through a proxy: the server is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"{server.get('url', '')}api/sessions",
        headers={"Authorization": f"token {server.get('token', '')}"},
    )
    try:
        with opener.open(request, timeout=1) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def about_cells(flags: tuple[Flag, ...]) -> Iterator[str]:
    """Notice released cells that are gone or changed."""
    for flag in flags:
        role, _, what = flag.kind.partition("_")
        if flag.kind == "marks_lost":
            yield _MARKS_LOST.format(evidence=flag.evidence)
        elif flag.kind == "gap_deleted":
            yield _GAP_DELETED.format(cell=flag.cell, evidence=flag.evidence)
        elif what in _CELLS and role in ("test", "locked", "gap"):
            name = exercise_of(flag.cell)
            text = _CELLS[what].format(cell=name, evidence=flag.evidence)
            yield f"The check of {text}" if role == "test" else f"The cell {text}"


def about_order(
    saved: NotebookNode, rebuilt: NotebookNode, verdicts: list[Verdict], errors: dict[str, str]
) -> Iterator[str]:
    """Notice what worked in the saved notebook but not from top to bottom on a fresh kernel.

    `rebuilt` is the notebook that was run, `errors` has what its cells raised, by their ids.
    """
    cells = {cell["id"]: cell for cell in saved.cells if cell.cell_type == "code"}
    for verdict in verdicts:
        test = cells.get(id_of_test(verdict.exercise))
        if verdict.status in FAILED and test is not None and says_passed(verdict.exercise, test):
            yield (
                f"`{verdict.exercise}` passed when you ran its check, but not on a fresh kernel "
                f"from top to bottom{_out_of_order(saved)}. Restart the kernel and run all "
                "cells to see what grading sees."
            )
    undefined: dict[str, str] = {}
    for cell_id, error in errors.items():
        if match := re.match(r"NameError: name '(\w+)' is not defined", error):
            undefined.setdefault(match[1], cell_id)
    for name, cell_id in undefined.items():
        yield from _about_name(rebuilt, cell_id, name)


def says_passed(gap: str, cell: NotebookNode) -> bool:
    """Tell whether the saved output of a check says that it passed; trainings print more lines."""
    texts = [str(output.get("text", "")) for output in cell.outputs]
    return bool(re.search(rf"^✓ {re.escape(gap)}:", "".join(texts), re.MULTILINE))


def share_in_output(gap: str, cell: NotebookNode) -> float:
    """Return the share (0…1) of the points that the saved output of a check gives; 0 for none."""
    texts = "".join(str(output.get("text", "")) for output in cell.outputs)
    found = re.search(rf"^◐ {re.escape(gap)}: (\d+)%", texts, re.MULTILINE)
    return int(found[1]) / 100 if found else 0.0


def _out_of_order(saved: NotebookNode) -> str:
    """Quote the first two execution counts that show that cells were run out of order."""
    counts = [cell.get("execution_count") for cell in saved.cells if cell.cell_type == "code"]
    known = [count for count in counts if count]
    for above, below in pairwise(known):
        if above > below:
            return f" (you ran the cells out of order: [{above}] is above [{below}])"
    return ""


def _about_name(rebuilt: NotebookNode, cell_id: str, name: str) -> Iterator[str]:
    """Notice a name that a cell uses but that is defined below it or nowhere."""
    code = [cell for cell in rebuilt.cells if cell.cell_type == "code"]
    at = next(number for number, cell in enumerate(code) if cell["id"] == cell_id)
    defined = [n for n, cell in enumerate(code) if name in top_level_names(cell.source)]
    if any(number < at for number in defined):
        return  # the cell that defines it failed, and its own error says why
    where = "only further down" if defined else "in no cell any more"
    yield (
        f"A cell uses `{name}`, which is defined {where}: on a fresh kernel it raises NameError. "
        "Restart the kernel and run all cells to see it."
    )
