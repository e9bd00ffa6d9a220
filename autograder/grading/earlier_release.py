"""Cells of an earlier release: one observation about a class, not a flag on every student.

A check that was changed after the release differs in every notebook that was handed out before.
Such a cell still has the checksum that nbgrader wrote into it. A student can forge that, so a text
that only one student has stays a flag on that student.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from autograder.grading.results import Flag, SubmissionResult
from course.notebook.tampering import EARLIER

_MOST_NAMED = 3


def personal_flags(results: Iterable[SubmissionResult]) -> list[tuple[SubmissionResult, Flag]]:
    """List the flags that concern one student, with their results."""
    results = list(results)
    shared = _shared(results)
    return [
        (result, flag)
        for result in results
        for flag in result.flags
        if (result.assignment, flag.kind, flag.evidence) not in shared
    ]


def earlier_release_lines(results: Iterable[SubmissionResult]) -> list[str]:
    """Say in one line for each cell how many notebooks have it as in an earlier release."""
    results = list(results)
    students: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (assignment, _, evidence), names in _shared(results).items():
        students[assignment, evidence.partition(" ")[0]] |= names
    handed_in = Counter(result.assignment for result in results)
    return [
        f"{assignment}: {_who(names, handed_in[assignment])} {cell} as in an earlier release. "
        "The present one was run, and no student is flagged for it."
        for (assignment, cell), names in students.items()
    ]


def _shared(results: Collection[SubmissionResult]) -> dict[tuple[str, str, str], set[str]]:
    """Map what several students have of an earlier release to them; one may be the class."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for result in results:
        for flag in result.flags:
            if flag.kind.endswith(EARLIER):
                found[result.assignment, flag.kind, flag.evidence].add(result.student)
    handed_in = Counter(result.assignment for result in results)
    return {key: names for key, names in found.items() if len(names) > 1 or handed_in[key[0]] == 1}


def _who(students: set[str], count: int) -> str:
    """Name few students, count many."""
    if len(students) <= _MOST_NAMED:
        return f"{' and '.join(sorted(students))} {'has' if len(students) == 1 else 'have'}"
    return f"{len(students)} of {count} notebooks have"
