"""Accuracies, ties and ranks.

All networks of a class are shown the same hidden images, so two of them are compared image by
image: of the images on which they disagree, one names b right and the other c. If both were
equally good, b - c would be around 0 with a standard error of √(b + c) (McNemar's test). A
difference of less than two standard errors is a tie.
"""

import math
from dataclasses import dataclass

import numpy as np

from autograder.grading.results import SubmissionResult
from autograder.pages.leaderboard.scoring_notebook import read_score, unpack
from course.lessons.improve_rules import standard_error

TIE = 2.0
"""Differences of fewer standard errors are ties."""


@dataclass
class Entry:
    """One network of the table."""

    student: str
    right: np.ndarray | None = None
    """Which hidden images it names right; None if it was not scored."""
    parameters: int = 0
    reason: str = ""
    """Why it was not scored."""
    flags: str = ""
    rank: int = 0
    """1 is the best; those of equal rank are tied with the first of them. 0: not scored."""

    @property
    def accuracy(self) -> float:
        """The share of hidden images that are right."""
        return float(np.mean(self.right)) if self.right is not None else 0.0

    @property
    def error(self) -> float:
        """One standard error of the accuracy."""
        return 0.0 if self.right is None else standard_error(self.accuracy, len(self.right))


def entry_of(result: SubmissionResult) -> Entry:
    """Read what a result says of the network."""
    flags = ";".join(sorted({flag.kind for flag in result.flags}))
    found = read_score(result.notebook)
    if found is not None:
        return Entry(result.student, unpack(found), found["parameters"], flags=flags)
    told = [gap.message or gap.status for gap in result.gaps if gap.status != "correct"]
    reason = result.rejected or (told[0] if told else "It was not scored.")
    return Entry(result.student, reason=" ".join(reason.split()), flags=flags)


def standing(results: list[SubmissionResult]) -> list[Entry]:
    """Order the networks of a class by accuracy and give out ranks; the unscored come last."""
    entries = [entry_of(result) for result in results]
    scored = [entry for entry in entries if entry.right is not None]
    scored.sort(key=lambda entry: (-entry.accuracy, entry.parameters, entry.student))
    first: Entry | None = None
    for place, entry in enumerate(scored, start=1):
        if first is None or not tied(first, entry):
            first, entry.rank = entry, place
        else:
            entry.rank = first.rank
    unscored = [entry for entry in entries if entry.right is None]
    return scored + sorted(unscored, key=lambda entry: entry.student)


def tied(one: Entry, other: Entry) -> bool:
    """Tell whether two scored networks can't be told apart by these images."""
    assert one.right is not None and other.right is not None
    b, c = int(np.sum(one.right & ~other.right)), int(np.sum(other.right & ~one.right))
    return abs(b - c) < TIE * math.sqrt(b + c) or b == c
