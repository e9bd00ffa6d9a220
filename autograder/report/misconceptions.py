"""Which misconceptions came how often, by exercise; what no check knows by name, by its message."""

from collections import Counter
from typing import Any

from autograder.grading.results import GapResult
from autograder.reading import idea_of, section_of
from autograder.report.material import QUIZ, Material
from autograder.report.view import STATUSES

MOST = 5
"""Most lines per exercise."""
_LONGEST = 240


def misconceptions(material: Material) -> list[dict[str, Any]]:
    """Count what went wrong in each exercise, the most frequent first."""
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for result in material.results:
        for gap in result.gaps:
            counter = counts.setdefault((result.assignment, gap.exercise), Counter())
            if gap.status in ("correct", "not_attempted", "rejected") or result.assignment == QUIZ:
                continue
            told = (gap.misconception, "" if gap.misconception else _told(gap))
            counter[told] += 1
    return [
        {
            "assignment": assignment,
            "exercise": exercise,
            "count": count,
            "id": misconception,
            "what": idea_of(misconception) or message,
            "section": section_of(misconception),
        }
        for (assignment, exercise), counter in counts.items()
        for (misconception, message), count in _largest(counter)
    ]


def _largest(counter: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Take the most frequent; alphabetical where two are as frequent."""
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST]


def _told(gap: GapResult) -> str:
    """Keep of a message its first line, without the exercise's name in front."""
    first = (gap.message or STATUSES[gap.status]).strip().partition("\n")[0]
    front, found, rest = first.partition("`: ")
    named = found and front == f"`{gap.exercise}"
    return (rest if named else first)[:_LONGEST]
