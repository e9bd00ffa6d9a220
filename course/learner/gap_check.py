"""What one check says of one gap, and the cell that asks it on the learner's kernel."""

import contextlib
import io
import re
from dataclasses import asdict
from typing import Any

from course.notebook.verdict import Verdict

MIME = "application/vnd.convpool.verdict+json"


def judge(gap: str, points: float, source: str, names: dict[str, Any]) -> Verdict:
    """Run a test cell over the kernel's names, which stay as they are; never raises."""
    from course.checks import failures
    from course.notebook.cell_code import run_as_cell

    printed, space = io.StringIO(), dict(names)
    try:
        with contextlib.redirect_stdout(printed):
            # Named as IPython names a cell: failures tell the learner's from the rest by that.
            share = run_as_cell(source, space, f"<ipython-input-check-{gap}>")
    except failures.CheckFailed as failure:
        return Verdict(gap, 0.0, points, failure.status, str(failure), failure.misconception)
    except Exception as error:
        return Verdict(gap, 0.0, points, "error", f"The check itself failed: {error!r}")
    told = re.findall(rf"^[✓◐] {re.escape(gap)}: (.*)", printed.getvalue(), re.MULTILINE)
    said = told[-1] if told else ""
    if getattr(space.get("check"), "noted", ""):
        return Verdict(gap, 0.0, points, "answered", said)
    earned = points if share is None else float(share)
    return Verdict(gap, earned, points, "correct" if earned == points else "partial", said)


def show(gap: str, points: float, source: str, names: dict[str, Any]) -> None:
    """Put the verdict out as data, for the process that drives the kernel."""
    from IPython.display import display

    display({MIME: asdict(judge(gap, points, source, names))}, raw=True)


def asking_cell(gap: str, points: float, source: str) -> str:
    """Return the source of a cell that judges a gap and leaves no name behind."""
    call = f"show({gap!r}, {points!r}, {source!r}, globals())"
    return f'__import__("importlib").import_module("{__name__}").{call}'
