"""Lets a worker take in what was handed in, and tells the run what it found, as plain data.

Of all that a run does with a submission beside running it, parsing takes longest, and it is the
part that a student's bytes decide. Each worker parses its own, bounded as its tests are.
"""

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.grading.results import Flag
from autograder.ingest.intake import released_texts, take_in
from course.notebook.answer_modules import gaps_with_taken_answers
from course.notebook.nodes import as_nodes

SUBMISSION, SOURCE, FOUND = "submission.ipynb", "source.json", "found.json"


@dataclass(frozen=True)
class Found:
    """What a worker found in a submission."""

    rejected: str
    """Why it cannot be graded; "" if it can."""
    flags: list[Flag]
    untouched: list[str] = field(default_factory=list)
    """The gaps that are as they were released."""
    below: list[str] = field(default_factory=list)
    """The gaps that only cells below their check define."""
    taken: dict[str, str] = field(default_factory=dict)
    """What gaps take from the course's package, by gap."""


def lay_out(folder: Path, content: bytes, source: NotebookNode) -> None:
    """Write into `folder` what a worker needs to take in the bytes of a notebook."""
    (folder / SUBMISSION).write_bytes(content)
    (folder / SOURCE).write_text(_with_release(json.dumps(source)), encoding="utf-8")


@lru_cache(maxsize=64)
def _with_release(source: str) -> str:
    """Return the texts that students see with a source: once in a run for each assignment."""
    notebook = as_nodes(json.loads(source))
    return json.dumps({"source": notebook, "released": released_texts(notebook)})


def take_in_there(folder: Path, assignment: str, notebook: Path) -> Found:
    """Take in what `lay_out` wrote; write what was found, and to `notebook` what is to be run."""
    known = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
    content = (folder / SUBMISSION).read_bytes()
    intake = take_in(content, assignment, as_nodes(known["source"]), known["released"])
    found = Found(intake.reason, [Flag(flag.kind, flag.evidence) for flag in intake.flags])
    if rebuilt := intake.rebuilt:
        found.untouched.extend(rebuilt.untouched_gaps)
        found.below.extend(rebuilt.below_check)
        found.taken.update(gaps_with_taken_answers(rebuilt.notebook.cells))
        notebook.write_text(json.dumps(rebuilt.notebook), encoding="utf-8")
    (folder / FOUND).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return found


def found_in(folder: Path) -> Found | None:
    """Read what a worker found; None if it was stopped before."""
    path = folder / FOUND
    if not path.is_file():
        return None
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Found(**{**fields, "flags": [Flag(**flag) for flag in fields["flags"]]})
