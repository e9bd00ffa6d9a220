"""Renders the class report, with pseudonyms where it names nobody.

Without JavaScript, only the sorting of tables is missing.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from autograder.gradebook.marks import waiting_line
from autograder.grading.earlier_release import earlier_release_lines
from autograder.grading.regrade_requests import FORMGRADER
from autograder.pages.page_kinds import document
from autograder.pages.pseudonyms import Pseudonyms
from autograder.pages.report import report_tables
from autograder.pages.report.graded_class import GradedClass
from autograder.pages.report.item_statistics import ItemMark
from autograder.pages.similarity.similar_pairs import Comparison

MOST_PAIRS = 50
"""The most pairs of similar submissions in a report."""


def report_html(
    graded: GradedClass,
    made: datetime,
    compared: Comparison | None = None,
    pseudonyms: Pseudonyms | None = None,
    formgrader: str = FORMGRADER,
) -> str:
    """Return the report of a class, made at `made`.

    Without a comparison, the section on similar submissions is left out. With `pseudonyms`, no name
    or id of a student is in the report, no regrade request and no comment to paste. Links to
    formgrader begin with the address `formgrader`.
    """
    shown_names = {name: pseudonyms.name(name) if pseudonyms else name for name in graded.names}
    return document("report").render(
        name=graded.name,
        made=f"{made:%d %B %Y, %H:%M}",
        anonymous=pseudonyms is not None,
        shown_names=shown_names,
        full_names=dict.fromkeys(graded.names, "") if pseudonyms else graded.names,
        without_names=pseudonyms.text if pseudonyms else str,
        pairs=compared.pairs[:MOST_PAIRS] if compared else None,
        more_pairs=_not_shown(compared) if compared else 0,
        not_compared=compared.left_out if compared else [],
        requests=[] if pseudonyms else report_tables.requests(graded, formgrader),
        **_sections(
            replace(graded, comments=[]) if pseudonyms else graded, graded.marks(), shown_names
        ),
    )


def _not_shown(compared: Comparison) -> int:
    """Count the similar pairs that are not in the report."""
    return max(0, len(compared.pairs) - MOST_PAIRS) + compared.more


def _sections(
    graded: GradedClass, marks: list[ItemMark], shown_names: dict[str, str]
) -> dict[str, Any]:
    """Compute the rows of every section."""
    items = report_tables.items(graded, marks)
    handed_in = {result.assignment for result in graded.results}

    def by_shown_name(row: dict[str, Any]) -> str:
        # Sorted by real names, the rows would tell something about the names left out.
        return shown_names.get(row["student"], "")

    missing = [row for row in report_tables.missing(graded) if row["there"]]
    for row in missing:
        row["absent"].sort(key=shown_names.__getitem__)
    return {
        "count": len(graded.names),
        "submissions": len(graded.results),
        "handed_in": len({result.student for result in graded.results}),
        "assignments": [name for name in graded.assignments if name in handed_in],
        "distributions": report_tables.distributions(graded),
        "items": items,
        "waiting": waiting_line(graded.waiting()),
        "inside": report_tables.inside(graded),
        "has_lesson": graded.has_lesson,
        "remarks": [item for item in items if item["note"]],
        "misconceptions": report_tables.misconceptions(graded),
        "questions": report_tables.quiz(graded, marks),
        "times": report_tables.times(graded),
        "missing": missing,
        "not_graded": sorted(report_tables.left_over(graded), key=by_shown_name),
        "flags": sorted(report_tables.flags(graded), key=by_shown_name),
        "earlier_releases": earlier_release_lines(graded.results),
        "students": sorted(report_tables.students(graded), key=by_shown_name),
    }
