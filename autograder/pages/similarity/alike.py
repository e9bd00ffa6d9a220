"""Pairs of notebooks that share what is rare in the class.

Short exercises have few natural answers, so that two students often write the same. What tells
is what hardly anybody else has: a fragment that two of many share counts 1, one that a tenth of the
class shares counts nothing, and what everybody was given was taken out before.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat

from autograder.folders import ASSIGNMENTS, ClassFolder, CourseFolder
from autograder.grading.results import SubmissionResult
from autograder.pages.similarity.fingerprints import Prints, fingerprints
from course.notebook.marks import origin_of

LEAST_EVIDENCE = 6.0
"""Rare fragments that must be shared: some two statements, for a statement holds several."""
LEAST_ALIKE = 0.5


@dataclass(frozen=True)
class Alike:
    """Two students whose notebooks share what is rare."""

    first: str
    second: str
    share: float
    """What is shared, of all that is rare in the notebook that has less of it: 0 … 1."""
    evidence: float
    """Rare fragments in common, each counted by how rare it is."""
    cells: tuple[str, ...]
    """The cells of the first that they are in."""
    example: str
    """The first line of the largest of them."""


def alike_pairs(prints: Mapping[str, Prints], given: Prints) -> list[Alike]:
    """Compare all notebooks of one assignment by student; the most alike come first."""
    own = {student: one.keys() - given.keys() for student, one in prints.items()}
    owners: dict[int, list[str]] = defaultdict(list)
    for student in sorted(own):
        for mark in own[student]:
            owners[mark].append(student)
    weights = {mark: rarity(len(who), len(own)) for mark, who in owners.items()}
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for mark, who in owners.items():
        if len(who) > 1 and weights[mark] > 0:
            for pair in combinations(who, 2):
                shared[pair] += weights[mark]
    total = {student: sum(weights[mark] for mark in marks) for student, marks in own.items()}
    found = list(_alike(shared, total, prints, own, weights))
    return sorted(found, key=lambda one: (-one.evidence * one.share, one.first, one.second))


def rarity(owners: int, students: int) -> float:
    """Weigh a fragment: 1 if two of a hundred or more have it, nothing from a tenth of the class.

    In a small class two who share something are no rarity, so that all weights are lower.
    """
    common = max(4.0, students / 10)
    rare = 1.0 - math.log(max(owners, 2) / 2) / math.log(common / 2)
    return max(0.0, rare) * min(1.0, math.log(max(students, 2) / 2) / math.log(50))


def _alike(
    shared: Mapping[tuple[str, str], float],
    total: Mapping[str, float],
    prints: Mapping[str, Prints],
    own: Mapping[str, set[int]],
    weights: Mapping[int, float],
) -> Iterator[Alike]:
    """Keep the pairs that share enough, and show what."""
    for (first, second), evidence in shared.items():
        share = evidence / min(total[first], total[second])
        if evidence < LEAST_EVIDENCE or share < LEAST_ALIKE:
            continue
        marks = [mark for mark in own[first] & own[second] if weights[mark] > 0]
        places = [prints[first][mark] for mark in marks]
        largest = max(places, key=lambda place: (place.size, place.code))
        cells = tuple(dict.fromkeys(sorted(place.cell for place in places)))
        yield Alike(first, second, share, evidence, cells, largest.code)


# What is compared: the code cells of every graded notebook, and what everybody was given.


QUIZ = "quiz"
"""Its answers are letters: they are compared by nobody."""


def similar(
    course: CourseFolder,
    class_folder: ClassFolder,
    results: Iterable[SubmissionResult],
) -> Iterator[tuple[str, Alike]]:
    """Compare what was handed in, assignment by assignment; the most alike come first in each."""
    given = given_prints(course, class_folder)
    prints: dict[str, dict[str, Prints]] = {}
    for result in results:
        if result.assignment != QUIZ and result.notebook:
            own, fixed = split_cells(result.notebook)
            prints.setdefault(result.assignment, {})[result.student] = fingerprints(own, fixed)
    for assignment, by_student in prints.items():
        for pair in alike_pairs(by_student, given):
            yield assignment, pair


def split_cells(notebook: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Give the student's code cells by name (gaps, and cells of their own), and the course's."""
    own: dict[str, str] = {}
    fixed: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        if origin_of(cell) == "source":
            fixed.append(cell["source"])
        else:
            own[cell["id"]] = cell["source"]
    return own, fixed


def given_prints(course: CourseFolder, class_folder: ClassFolder) -> Prints:
    """Take the fingerprints of the lesson, the releases and the reference solutions."""
    import course as package

    learners = Path(package.__file__).parent
    paths = [*learners.glob("lessons/*.ipynb")]
    for name in ASSIGNMENTS:
        paths += [course.release(name), course.source(name), class_folder.release(name)]
    found: Prints = {}
    for path in paths:
        if path.is_file():
            cells = nbformat.read(path, as_version=4).cells
            code = {cell["id"]: cell.source for cell in cells if cell.cell_type == "code"}
            found |= fingerprints(code)
    return found
