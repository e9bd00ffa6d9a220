"""The report as one web page that needs no server, no network and no JavaScript to be read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autograder.pages import Document
from autograder.pages.report import tables as view
from autograder.pages.report.graded_class import Material
from autograder.pages.report.pseudonyms import Pseudonyms
from autograder.pages.report.tables import misconceptions


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike, for a person to look at."""

    first: str
    second: str
    assignment: str
    alike: float
    """Share in 0 … 1 of what is rare in both."""
    evidence: str


def report_html(
    material: Material,
    made: datetime,
    pairs: list[Pair] | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> str:
    """Write the report; with `pseudonyms`, nobody's name or id is in it."""
    marks = material.marks()
    by_student = {name: pseudonyms.name(name) if pseudonyms else name for name in material.names}
    shown = dict.fromkeys(material.names, "") if pseudonyms else material.names
    document = Document("report.html.j2", script="report.js")
    return document.render(
        name=material.name,
        made=f"{made:%d %B %Y, %H:%M}",
        anonymous=pseudonyms is not None,
        who=by_student,
        full_names=shown,
        clean=pseudonyms.text if pseudonyms else str,
        pairs=pairs,
        **_tables(material, marks, by_student),
    )


def _tables(material: Material, marks: Any, who: dict[str, str]) -> dict[str, Any]:
    """Compute every section."""
    items = view.items(material, marks)
    there = {one.assignment for one in material.results}

    def place(row: dict[str, Any]) -> str:
        # Not the order of the names, which would tell something of those left out.
        return who[row["student"]]

    missing = [row for row in view.missing(material) if row["there"]]
    for row in missing:
        row["absent"].sort(key=who.__getitem__)
    return {
        "count": len(material.names),
        "submissions": len(material.results),
        "handed_in": len({one.student for one in material.results}),
        "assignments": [name for name in material.assignments if name in there],
        "distributions": view.distributions(material),
        "items": items,
        "remarks": [item for item in items if item["note"]],
        "misconceptions": misconceptions(material),
        "questions": view.quiz(material, marks),
        "times": view.times(material),
        "missing": missing,
        "flags": sorted(view.flags(material), key=place),
        "students": sorted(view.students(material), key=place),
    }
