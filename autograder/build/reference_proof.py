"""Runs a generated notebook from top to bottom: the reference solution must pass its own tests."""

import os
import subprocess
import tempfile
from contextlib import suppress
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.build.contract import place_of
from autograder.build.release import CELL_SECONDS
from course.counted import counted
from course.errors import BuildError
from course.notebook.cell_marks import mark_of


def prove_reference(assignment: str, content: bytes) -> None:
    """Run a source notebook on the few images that grading uses, in a process of its own.

    Raises BuildError, which names the cell, if a cell raises or a test gives less than its points.
    """
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.reads(content.decode(), as_version=4)
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_manager_class=AsyncKernelManager)
    # The kernel writes only TensorFlow's greeting there; errors come as outputs.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "NBGRADER_EXECUTION": "validate"}
    with (
        tempfile.TemporaryDirectory(prefix="convpool-build-") as folder,
        client.setup_kernel(env=environment, cwd=folder, **silent),
    ):
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise _refusal(assignment, cell, error.ename, error.evalue) from None
            except CellTimeoutError:
                raise _refusal(assignment, cell, "it takes", f"over {CELL_SECONDS} s") from None
            except DeadKernelError:
                raise _refusal(assignment, cell, "it ends", "its process") from None
            _require_all_points(assignment, cell)


def _refusal(assignment: str, cell: NotebookNode, kind: str, text: str) -> BuildError:
    """Say which cell refuses the reference solution, and why, in one line."""
    is_test = mark_of(cell).is_test
    what = "the reference solution fails its own test" if is_test else "the cell fails"
    reason = " ".join(text.split())[:300]
    return BuildError(
        f"{place_of(assignment, cell)}: {what}: {kind}: {reason}",
        f"Correct the {'solution or the test' if is_test else 'cell'}, then run "
        f"`autograder build {assignment}` again.",
    )


def _require_all_points(assignment: str, cell: NotebookNode) -> None:
    """Refuse a test whose last value, which nbgrader reads as the mark, is below its points."""
    mark, share = mark_of(cell), _last_value(cell)
    if mark.is_test and share is not None and share < mark.points:
        earned = f"{share:g} of {counted(mark.points, 'point')}"
        raise _refusal(assignment, cell, "it earns", earned)


def _last_value(cell: Any) -> float | None:
    """Return the number that a cell's last line gave."""
    for output in cell.get("outputs", []):
        if output.output_type == "execute_result":
            with suppress(ValueError):
                return float(output["data"].get("text/plain", ""))
    return None
