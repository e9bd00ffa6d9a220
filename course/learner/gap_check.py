"""Judges one gap on the learner's kernel: runs its test and sends the verdict out as data."""

import contextlib
import io
import re
from dataclasses import asdict
from typing import Any

from course.notebook.verdict import Verdict

MIME = "application/vnd.convpool.verdict+json"


def judging_cell(gap: str, points: float, source: str) -> str:
    """Return the source of a cell that judges a gap with the test `source`.

    It defines no name on the kernel.
    """
    call = f"display_verdict({gap!r}, {points!r}, {source!r}, globals())"
    return f'__import__("importlib").import_module("{__name__}").{call}'


def display_verdict(gap: str, points: float, source: str, names: dict[str, Any]) -> None:
    """Send the verdict as display data to the process that drives the kernel."""
    from IPython.display import display

    display({MIME: asdict(judge(gap, points, source, names))}, raw=True)


def judge(gap: str, points: float, source: str, names: dict[str, Any]) -> Verdict:
    """Run a test cell on a copy of the kernel's names; never raises."""
    from course.checks import failures
    from course.notebook.cell_code import run_as_cell

    printed, namespace = io.StringIO(), dict(names)
    try:
        with contextlib.redirect_stdout(printed):
            # A file name as IPython gives a cell: failures tell the learner's code by it.
            share = run_as_cell(source, namespace, f"<ipython-input-check-{gap}>")
    except failures.CheckFailed as failure:
        return failure.verdict(gap, points)
    except Exception as error:
        return Verdict(gap, 0.0, points, "error", f"The check itself failed: {error!r}")
    check = namespace.get("check")
    message = _message(gap, printed.getvalue(), before=not points)
    if getattr(check, "noted", ""):
        return Verdict(gap, 0.0, points, "answered", message)
    # The line that gives part marks is hidden from the release.
    part = getattr(check, "share", 1.0)
    earned = round(points * part, 6) if share is None else float(share)
    if earned == points:
        return Verdict(gap, earned, points, "correct", message)
    misconception = getattr(check, "misconception", "")
    return Verdict(gap, earned, points, "partial", message, misconception)


def _message(gap: str, printed: str, *, before: bool) -> str:
    """Return what the check said, from its last line with a sign on, or what it printed before.

    A test without points measures something, and prints that.
    """
    if before:
        return re.sub(rf"^✓ {re.escape(gap)}: .*", "", printed, flags=re.MULTILINE).strip()
    said = re.findall(rf"^[✓◐] {re.escape(gap)}: (.*\Z)", printed, re.MULTILINE | re.DOTALL)
    return said[-1].strip() if said else ""
