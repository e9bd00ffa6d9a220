"""The verdict on one exercise: one vocabulary for the notebook, both commands, pages and CSV."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Status = Literal[
    "correct",
    "partial",
    "incorrect",
    "not_attempted",
    "error",
    "timeout",
    "memory",
    "rejected",
    "manual",
    "answered",
    "unchecked",
]
"""The first nine are results of grading. `answered` (a quiz answer that can be read) and
`unchecked` (an answer that no check has seen) occur only before grading."""


class Words(NamedTuple):
    """How a status is shown."""

    sign: str
    label: str
    look: Literal["right", "part", "wrong", "open"]
    """The color of a page: `open` is neither right nor wrong yet."""


STATUS_WORDS: dict[Status, Words] = {
    "correct": Words("✓", "correct", "right"),
    "partial": Words("◐", "partly correct", "part"),
    "incorrect": Words("✗", "incorrect", "wrong"),
    "not_attempted": Words("–", "not attempted", "wrong"),
    "error": Words("✗", "raised an error", "wrong"),
    "timeout": Words("✗", "took too long and was stopped", "wrong"),
    "memory": Words("✗", "used too much memory and was stopped", "wrong"),
    "rejected": Words("✗", "the notebook could not be read", "wrong"),
    "manual": Words("…", "waits for a person's mark", "open"),
    "answered": Words("✓", "answered, marked when graded", "open"),
    "unchecked": Words("?", "answered, not checked yet", "open"),
}


FAILED: frozenset[Status] = frozenset({"incorrect", "error", "timeout", "memory"})
"""An answer that ran, or began to run, and earned nothing."""


@dataclass
class Verdict:
    """The result of one exercise."""

    exercise: str
    """The gap's name, its `grade_id`."""
    score: float
    """Points earned; before grading, the points whose visible checks pass."""
    max_score: float
    status: Status
    message: str = ""
    """What the student reads."""
    misconception: str = ""
    """The misconception that was recognized, an id of `course.checks.misconceptions`; else ""."""

    @property
    def done(self) -> bool:
        """Whether the learner has nothing left to do here: the visible checks pass."""
        return self.status in ("correct", "answered")
