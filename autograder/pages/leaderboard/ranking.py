"""Ranks the networks of a class by their accuracy on the hidden images, with ties.

All networks of a class are shown the same hidden images, so two of them are compared image by
image: of the images on which they disagree, one classifies b correctly and the other c. If both
were equally good, b - c would be around 0 with a standard error of √(b + c) (McNemar's test). A
difference of less than two standard errors is a tie.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from autograder.grading.results import SubmissionResult
from autograder.pages.leaderboard.scoring_notebook import read_score, unpack
from course.lessons.improve_rules import standard_error
from course.notebook.verdict import STATUS_WORDS

TIE = 2.0
"""Differences of fewer standard errors are ties."""


@dataclass
class RankedNetwork:
    """One network of the leaderboard."""

    student: str
    right: np.ndarray | None = None
    """Which hidden images it classifies correctly, (n,) of bool; None if it was not scored."""
    parameters: int = 0
    reason: str = ""
    """Why it was not scored."""
    flags: str = ""
    rank: int = 0
    """1 is the best; networks of equal rank are tied with the first of them. 0: not scored."""

    @property
    def accuracy(self) -> float:
        """The share of the hidden images that are classified correctly."""
        return float(np.mean(self.right)) if self.right is not None else 0.0

    @property
    def error(self) -> float:
        """One standard error of the accuracy."""
        return 0.0 if self.right is None else standard_error(self.accuracy, len(self.right))


def network_of(result: SubmissionResult) -> RankedNetwork:
    """Read the network's score, or why it has none, from a result."""
    flags = ";".join(sorted({flag.kind for flag in result.flags}))
    found = read_score(result.notebook)
    if found is not None:
        return RankedNetwork(result.student, unpack(found), found["parameters"], flags=flags)
    messages = [
        gap.message or STATUS_WORDS[gap.status].label
        for gap in result.gaps
        if gap.status != "correct"
    ]
    reason = result.rejected or next(iter(messages), "It was not scored.")
    return RankedNetwork(result.student, reason=" ".join(reason.split()), flags=flags)


def ranked(results: Iterable[SubmissionResult]) -> list[RankedNetwork]:
    """Order the networks of a class by accuracy and rank them; those without a score come last."""
    networks = [network_of(result) for result in results]
    scored = [network for network in networks if network.right is not None]
    scored.sort(key=lambda network: (-network.accuracy, network.parameters, network.student))
    first: RankedNetwork | None = None
    for place, network in enumerate(scored, start=1):
        if first is None or not tied(first, network):
            first, network.rank = network, place
        else:
            network.rank = first.rank
    unscored = [network for network in networks if network.right is None]
    return scored + sorted(unscored, key=lambda network: network.student)


def tied(one: RankedNetwork, other: RankedNetwork) -> bool:
    """Return whether the hidden images can't tell two scored networks apart."""
    assert one.right is not None and other.right is not None
    b, c = int(np.sum(one.right & ~other.right)), int(np.sum(other.right & ~one.right))
    return abs(b - c) < TIE * math.sqrt(b + c) or b == c
