"""What grading one submission came to, as plain data that is kept in a file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from course.atomic import write_atomically

Status = Literal[
    "correct",
    "partial",
    "incorrect",
    "not_attempted",
    "error",
    "timeout",
    "memory",
    "rejected",
]


@dataclass
class GapResult:
    """The mark of one gap."""

    exercise: str
    """The gap's name, its grade_id."""
    score: float
    max_score: float
    status: Status
    message: str = ""
    """What the student reads."""
    misconception: str = ""
    """Which idea went wrong, an id of `course.checks.misconceptions`; "" if none is known."""


@dataclass
class Flag:
    """Something that looks like an attempt on the marks; it never changes one by itself."""

    kind: str
    evidence: str


@dataclass
class SubmissionResult:
    """Everything known of one graded submission."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of what was handed in."""
    sandbox: str
    """What held the student's code, such as "bubblewrap (cgroup v1)", or "none"."""
    gaps: list[GapResult] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    seconds: float = 0.0
    times: dict[str, float] = field(default_factory=dict)
    """Seconds by what was done, such as "total"; never compared, never a mark."""
    key: dict[str, str] = field(default_factory=dict)
    """What decided the marks beside the submission; see `versions.Key`."""
    rejected: str = ""
    """Why the notebook could not be read; empty if it could."""
    notebook: dict[str, Any] = field(default_factory=dict)
    """The notebook as it was graded, with outputs; empty if it could not be read."""

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(gap.score for gap in self.gaps)


def save(result: SubmissionResult, path: Path) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vars(result), default=asdict, ensure_ascii=False, sort_keys=True)
    # A kernel's message can carry half a character (a lone surrogate), which UTF-8 can't.
    write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))


def load(path: Path) -> SubmissionResult:
    """Read a result that `save` wrote."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def from_dict(data: dict[str, Any]) -> SubmissionResult:
    """Make a result of what `dataclasses.asdict` made of one."""
    gaps = [GapResult(**gap) for gap in data["gaps"]]
    flags = [Flag(**flag) for flag in data["flags"]]
    return SubmissionResult(**{**data, "gaps": gaps, "flags": flags})
