"""Outputs of the graded notebook: text and pictures, nothing that a browser would execute.

Outputs are plain dictionaries as nbformat 4 writes them: importing nbformat itself costs a worker
more than a second.
"""

import base64
import binascii
from typing import Any

from autograder.sandbox import CellRun
from course.checks.failures import shown
from course.notebook.verdict import Verdict

PNG = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 40_000_000
"""The largest picture that is kept: a browser takes 4 bytes a pixel, however small the file is."""
_STOPPED = {
    "timeout": "The cell took too long and was stopped.",
    "memory": "The cell used too much memory; its process was ended.",
    "output": "The cell printed too much; its process was ended.",
    "died": "The process ended while this cell ran.",
    "malformed": "The process sent something that is no notebook message, and was ended.",
}

Output = dict[str, Any]


def plain_outputs(run: CellRun) -> list[Output]:
    """Keep printed text, plain results, errors and PNG pictures of a student's cell.

    HTML, JavaScript, SVG, LaTeX and widgets are dropped: what a student writes must not run in
    an instructor's browser.
    """
    kept = [output for raw in run.outputs if (output := _plain(raw)) is not None]
    if run.status == "error" and not any(one["output_type"] == "error" for one in kept):
        # What a cell raised is shown even where its other output filled all the room.
        kept.append(_error(run.error_name[:100], run.error_value[:2000], []))
    if run.status in _STOPPED:
        kept.append(_stream(_STOPPED[run.status] + "\n"))
    if run.truncated:
        kept.append(_stream("… (the rest of the output was not kept)\n"))
    return kept


def _plain(raw: dict[str, Any]) -> Output | None:
    """Rebuild one output from its known fields; None for what is not shown."""
    kind = raw.get("output_type")
    if kind == "stream":
        return _stream(str(raw.get("text", "")), "stderr" if raw.get("name") == "stderr" else "")
    if kind == "error":
        lines = raw.get("traceback")
        quoted = [str(line)[:4000] for line in lines[:60]] if isinstance(lines, list) else []
        return _error(str(raw.get("ename", ""))[:100], str(raw.get("evalue", ""))[:2000], quoted)
    data = raw.get("data")
    kept = safe_data(data) if isinstance(data, dict) else {}
    return {"output_type": "display_data", "data": kept, "metadata": {}} if kept else None


def safe_data(data: dict[str, Any]) -> dict[str, str]:
    """Keep plain text, and a picture whose bytes are a PNG of at most MOST_PIXELS."""
    kept = {}
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = data["text/plain"]
    picture = data.get("image/png")
    if isinstance(picture, str):
        try:
            decoded = base64.b64decode(picture, validate=False)
        except (binascii.Error, ValueError):
            return kept
        if decoded.startswith(PNG) and _pixels(decoded) <= MOST_PIXELS:
            kept["image/png"] = base64.b64encode(decoded).decode()
    return kept


def _pixels(png: bytes) -> int:
    """Return how many pixels a PNG says it has, in its first block."""
    return int.from_bytes(png[16:20]) * int.from_bytes(png[20:24])


def _stream(text: str, name: str = "") -> Output:
    """Make a stream output."""
    return {"output_type": "stream", "name": name or "stdout", "text": text}


def _error(name: str, value: str, traceback: list[str]) -> Output:
    """Make an error output."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": traceback}


def printed_output(text: str) -> list[Output]:
    """Return what a test printed, if anything, as outputs."""
    return [_stream(text)] if text else []


def verdict_output(gap: Verdict) -> list[Output]:
    """Return the verdict as nbgrader reads it: an error for no points, a number for part marks."""
    if gap.status == "correct":
        return []
    if gap.score > 0:
        result: Output = {"output_type": "execute_result", "execution_count": None, "metadata": {}}
        return [{**result, "data": {"text/plain": repr(gap.score)}}]
    return [_error(gap.status, gap.message, shown(gap.message))]
