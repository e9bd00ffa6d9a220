"""Finds pairs of notebooks that share what is rare in the class.

Short exercises have few natural answers, so two students often write the same. A shared fragment
counts only if few others have it: 1 if two of many share it, nothing if a tenth of the class
does. What everybody was given is left out.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.build.stock_source import read_assignment
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.results import SubmissionResult
from autograder.pages.left_out import LeftOut, left_out_by
from autograder.pages.quiz_answers import QUIZ
from autograder.pages.similarity.fingerprints import Prints, fingerprints
from course.errors import BuildError
from course.notebook.cell_marks import origin_of
from course.notebook.tampering import one_line

LEAST_EVIDENCE = 6.0
"""The least sum of weights of shared fragments: about two statements."""
MOST_PAIRS = 500
"""The most pairs of one assignment that are listed."""
MOST_NAMED = 5
"""The most cells that are named of one pair."""
LEAST_SHARE = 0.5
"""The least share of a notebook's rare fragments that must be in the other one too."""


@dataclass(frozen=True)
class SimilarPair:
    """Two students whose notebooks of one assignment share rare fragments."""

    first: str
    second: str
    share: float
    """Shared weight, as a share of the weight of the notebook with less of it, in 0 … 1."""
    evidence: float
    """The sum of the weights of the fragments that both have."""
    cells: tuple[str, ...]
    """The cells of the first student's notebook that hold them."""
    example: str
    """The first line of the largest of them."""

    @property
    def in_common(self) -> str:
        """What the two have in common, in words."""
        cells = ", ".join(self.cells[:MOST_NAMED])
        if len(self.cells) > MOST_NAMED:
            cells += f" and {len(self.cells) - MOST_NAMED} more cells"
        example = one_line(self.example, 90)
        return f"{self.evidence:.0f} rare fragments in {cells}, such as: {example}"


@dataclass(frozen=True)
class Comparison:
    """What comparing the notebooks of a class came to."""

    pairs: list[tuple[str, SimilarPair]]
    """Similar pairs with their assignment, the most similar of an assignment first."""
    left_out: list[LeftOut]
    """The submissions that could not be compared."""
    more: int = 0
    """Similar pairs beyond MOST_PAIRS of an assignment."""


def similar_pairs(prints: Mapping[str, Prints], given: Prints) -> tuple[list[SimilarPair], int]:
    """Compare all notebooks of one assignment, by student.

    Returns at most MOST_PAIRS pairs, the most similar first, and how many more there are.
    """
    own = {student: one.keys() - given.keys() for student, one in prints.items()}
    owners: dict[int, list[str]] = defaultdict(list)
    for student in sorted(own):
        for fragment in own[student]:
            owners[fragment].append(student)
    weights = {fragment: rarity(len(students), len(own)) for fragment, students in owners.items()}
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for fragment, students in owners.items():
        if len(students) > 1 and weights[fragment] > 0:
            for pair in combinations(students, 2):
                shared[pair] += weights[fragment]
    total = {
        student: sum(weights[fragment] for fragment in fragments)
        for student, fragments in own.items()
    }
    found = _similar_enough(shared, total)
    examples = [_with_example(one, prints, own, weights) for one in found[:MOST_PAIRS]]
    return examples, len(found) - len(examples)


def rarity(owners: int, students: int) -> float:
    """Weigh a fragment: 1 if two of 100 or more have it, 0 if a tenth of the class has it.

    In a small class, two students who share a fragment are less unusual: all weights are lower.
    """
    common = max(4.0, students / 10)
    rare = 1.0 - math.log(max(owners, 2) / 2) / math.log(common / 2)
    return max(0.0, rare) * min(1.0, math.log(max(students, 2) / 2) / math.log(50))


def _similar_enough(
    shared: Mapping[tuple[str, str], float], total: Mapping[str, float]
) -> list[SimilarPair]:
    """List the pairs that share enough, the most similar first, without an example."""
    found = []
    for (first, second), evidence in shared.items():
        share = evidence / min(total[first], total[second])
        if evidence >= LEAST_EVIDENCE and share >= LEAST_SHARE:
            found.append(SimilarPair(first, second, share, evidence, (), ""))
    return sorted(found, key=lambda one: (-one.evidence * one.share, one.first, one.second))


def _with_example(
    pair: SimilarPair,
    prints: Mapping[str, Prints],
    own: Mapping[str, set[int]],
    weights: Mapping[int, float],
) -> SimilarPair:
    """Add the cells that hold what the two share, and the first line of the largest part."""
    both = own[pair.first] & own[pair.second]
    places = [prints[pair.first][fragment] for fragment in both if weights[fragment] > 0]
    largest = max(places, key=lambda place: (place.size, place.code))
    cells = tuple(dict.fromkeys(sorted(place.cell for place in places)))
    return replace(pair, cells=cells, example=largest.code)


def similar(
    course: AnyCourse,
    class_folder: ClassFolder,
    results: Iterable[SubmissionResult],
) -> Comparison:
    """Compare the submissions of every assignment."""
    has_quiz = isinstance(course, CourseFolder)
    prints: dict[str, dict[str, Prints]] = {}
    left_out: list[LeftOut] = []
    for result in results:
        # Answers of the quiz are single letters.
        if not (has_quiz and result.assignment == QUIZ) and result.notebook:
            try:
                own, fixed = split_cells(result.notebook)
                of_student = fingerprints(own, fixed)
            except Exception as error:
                left_out.append(left_out_by(error, result.student, result.assignment))
                continue
            prints.setdefault(result.assignment, {})[result.student] = of_student
    pairs: list[tuple[str, SimilarPair]] = []
    more = 0
    if isinstance(course, CourseFolder):
        given = given_prints(course, class_folder)
    else:
        given = stock_given_prints(course, prints)
    for assignment, by_student in prints.items():
        found, left = similar_pairs(by_student, given)
        pairs += [(assignment, pair) for pair in found]
        more += left
    return Comparison(pairs, left_out, more)


def split_cells(notebook: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the student's code cells by name (gaps and added cells), and the course's."""
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
    """Return the fingerprints of the lessons, the releases and the reference solutions."""
    import course as package

    learners = Path(package.__file__).parent
    paths = [*learners.glob("lessons/*.ipynb")]
    for name in course.assignments():
        paths += [course.release(name), course.source(name), class_folder.release(name)]
    found: Prints = {}
    for path in paths:
        if path.is_file():
            cells = nbformat.read(path, as_version=4).cells
            code = {cell["id"]: cell.source for cell in cells if cell.cell_type == "code"}
            found |= fingerprints(code)
    return found


def stock_given_prints(course: StockCourse, names: Iterable[str]) -> Prints:
    """Return the fingerprints of the sources and releases of a stock course's assignments."""
    found: Prints = {}
    for name in names:
        with suppress(BuildError):  # nothing of it can be told from what students wrote
            for notebook in read_assignment(course, name).notebooks:
                pairs = zip(notebook.source.cells, notebook.released, strict=True)
                code = [(cell, text) for cell, text in pairs if cell.cell_type == "code"]
                found |= fingerprints({cell["id"]: cell.source for cell, _ in code})
                found |= fingerprints({cell["id"]: text for cell, text in code})
    return found
