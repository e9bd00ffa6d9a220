"""A stock course's results by submission, as the gradebook and `grades.csv` name what is in them.

A run has a result for each notebook (`ps1/problem1`), because an assignment may have several.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.folders import ClassFolder
from autograder.grading.results import Flag, SubmissionResult, iter_results
from course.notebook.cell_marks import exercise_names
from course.notebook.tampering import EARLIER


def results_of(
    course: AnyCourse, class_folder: ClassFolder, wanted: Collection[str] = ()
) -> Iterator[SubmissionResult]:
    """Give the results of the named assignments (all, if none is named), one per submission."""
    results = iter_results(class_folder)
    found = submissions(course, results) if isinstance(course, StockCourse) else results
    return (one for one in found if not wanted or one.assignment in wanted)


def submissions(
    course: StockCourse, results: Iterable[SubmissionResult]
) -> Iterator[SubmissionResult]:
    """Put the results of a submission's notebooks, which follow each other, together."""

    def owner(result: SubmissionResult) -> tuple[str, str]:
        return result.student, result.assignment.partition("/")[0]

    for (_, assignment), group in groupby(results, owner):
        known = course.notebooks(assignment)
        # A result of a notebook that the assignment had once is no part of it.
        own = [one for one in group if not known or _notebook(one) in known]
        if own:
            yield _together(assignment, own, several=len(known) > 1)


def _notebook(result: SubmissionResult) -> str:
    return result.assignment.partition("/")[2]


def with_short_names(result: SubmissionResult) -> SubmissionResult:
    """Name the verdicts on a notebook's cells as the gradebook's reader does."""
    names = exercise_names([gap.exercise for gap in result.gaps])
    gaps = [replace(gap, exercise=names[gap.exercise]) for gap in result.gaps]
    return replace(result, gaps=gaps)


def _together(
    assignment: str, notebooks: list[SubmissionResult], *, several: bool
) -> SubmissionResult:
    """Make one result of those of a submission's notebooks.

    If the assignment has `several`, exercises, tests and cells have their notebook's name in front.
    """
    whole = SubmissionResult(
        notebooks[0].student,
        assignment,
        "+".join(one.digest for one in notebooks),
        "; ".join(sorted({one.sandbox for one in notebooks})),
        seconds=sum(one.seconds for one in notebooks),
        rejected=" ".join(dict.fromkeys(one.rejected for one in notebooks if one.rejected)),
    )
    cells: list[dict[str, Any]] = []
    for one in map(with_short_names, notebooks):
        front = f"{_notebook(one)}/" if several else ""
        whole.gaps += [replace(gap, exercise=f"{front}{gap.exercise}") for gap in one.gaps]
        whole.flags += [_of_notebook(flag, front) for flag in one.flags]
        whole.inside |= {f"{front}{test}": why for test, why in one.inside.items()}
        cells += [{**cell, "id": f"{front}{cell['id']}"} for cell in one.notebook.get("cells", [])]
    if cells:
        whole.notebook = {"cells": cells}
    return whole


def _of_notebook(flag: Flag, front: str) -> Flag:
    """Name the notebook in a flag's evidence; that of an earlier release begins with a cell."""
    between = " " if front and not flag.kind.endswith(EARLIER) else ""
    return Flag(flag.kind, f"{front}{between}{flag.evidence}")
