"""Runs an ordinary test in the student's own process, and reads its mark as nbgrader does.

Everything that the process sends may be forged by the student's code. It decides this one mark and
no other.
"""

import ast
import builtins
import math
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import CellRun
from course.counted import counted
from course.notebook.cell_code import read_code
from course.notebook.verdict import Status, Verdict
from course.visible import visible

_STOPPED: dict[str, tuple[Status, str]] = {
    "timeout": ("timeout", "This check took too long and was stopped."),
    "memory": ("memory", "This check used too much memory and was stopped."),
    "output": ("error", "This check printed too much and was stopped."),
    "died": ("error", "The process ended before this check was done."),
    "malformed": ("error", "The process sent something that no notebook sends."),
}
_LONGEST = 500  # characters of an error's text in a message


@dataclass(frozen=True)
class OrdinaryTest:
    """A test cell of a stock course."""

    grade_id: str
    points: float
    source: str
    shown: str
    """What students see of it."""

    def verdict(self, score: float, status: Status, message: str = "") -> Verdict:
        """Return a verdict on this test."""
        return Verdict(self.grade_id, score, self.points, status, message)


def inside_verdict(test: OrdinaryTest, run: CellRun) -> Verdict:
    """Return the verdict on a test cell from what its run sent.

    As in nbgrader: an error, or anything on standard error, is no points; a number as the cell's
    value is a part mark; anything else is full marks.
    """
    if run.status in _STOPPED:
        status, message = _STOPPED[run.status]
        return test.verdict(0.0, status, message)
    for output in run.outputs:
        kind = output.get("output_type")
        if kind == "error":
            name, text = str(output.get("ename", "")), str(output.get("evalue", ""))
            return failed(test, name, text)
        if kind == "stream" and output.get("name") == "stderr":
            return wrote_errors(test)
        if kind == "execute_result":
            return part_mark(test, _shown_value(output))
    if run.status != "ok":  # an error whose output was not kept
        return failed(test, run.error_name, run.error_value)
    return test.verdict(test.points, "correct")


def wrote_errors(test: OrdinaryTest) -> Verdict:
    """Return no points for what was written to standard error: nbgrader gives none."""
    message = "The check wrote to standard error, which counts as an error."
    return test.verdict(0.0, "error", message)


def part_mark(test: OrdinaryTest, text: str) -> Verdict:
    """Read what is shown of the value of a test's last line as nbgrader reads it."""
    try:
        share = float(text)
    except ValueError:
        share = test.points
    if share > test.points:
        message = f"The check gives {counted(share, 'point')}; there are only {test.points:g}."
        return test.verdict(0.0, "error", message)
    if math.isnan(share) or share < 0 or share == test.points:
        return test.verdict(test.points, "correct")
    status: Status = "partial" if share else "incorrect"
    return test.verdict(share, status, f"{share:g} of {counted(test.points, 'point')}.")


def failed(test: OrdinaryTest, name: str, text: str) -> Verdict:
    """Return no points, with the error's text where that is not a word of a hidden test."""
    if name == "NotImplementedError":
        return test.verdict(0.0, "not_attempted", "Not attempted yet.")
    status: Status = "incorrect" if name in ("AssertionError", "CheckFailed") else "error"
    text, name = visible(text).strip()[:_LONGEST], visible(name)[:100] or "Error"
    has_hidden = test.shown != test.source
    known = name == "CheckFailed" or isinstance(getattr(builtins, name, None), type)
    if has_hidden and not known:  # a name of the student's own could be a word of the hidden part
        name = "an error"
    if has_hidden and text and text not in _texts(test.shown):
        message = f"A check of this cell failed ({name}); it may be a hidden one."
    else:
        message = f"{name}: {text}" if text else f"A check of this cell failed ({name})."
    return test.verdict(0.0, status, message)


def _texts(source: str) -> set[str]:
    """Return the texts that stand whole in a test: a student's error could quote any part of it."""
    tree = read_code(source)
    nodes = ast.walk(tree) if tree else ()
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {visible(one).strip()[:_LONGEST] for one in constants if type(one) is str}


def _shown_value(output: dict[str, Any]) -> str:
    data = output.get("data")
    return str(data.get("text/plain", "")) if isinstance(data, dict) else ""
