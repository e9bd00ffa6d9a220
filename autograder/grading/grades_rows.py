"""The rows of `grades.csv`, made of results: the flags are those of the terminal and the report."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograder.gradebook.grades_csv import GradesRow
from autograder.grading.earlier_release import personal_flags
from autograder.grading.results import SubmissionResult


def grades_rows(results: Iterable[SubmissionResult]) -> Iterator[GradesRow]:
    """Give a row for each exercise of each result of a class, with the grader's own scores."""
    # Whether a flag concerns one student only all results tell; notebooks may not fit into memory.
    known = [replace(result, notebook={}) for result in results]
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for result, flag in personal_flags(known):
        kinds[result.student, result.assignment].add(flag.kind)
    for result in known:
        flags = ";".join(sorted(kinds[result.student, result.assignment]))
        for gap in result.gaps:
            yield GradesRow(
                result.student,
                result.assignment,
                gap.exercise,
                gap.score,
                gap.max_score,
                gap.status,
                flags,
                result.sandbox,
            )
