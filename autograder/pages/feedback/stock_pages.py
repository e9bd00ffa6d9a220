"""Feedback pages of a stock course: one for each notebook of each submission."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.build.coursedir import StockCourse
from autograder.build.stock_source import StockNotebook, read_assignment
from autograder.gradebook.reader import read_class
from autograder.grading.results import load, result_path
from autograder.grading.stock_results import with_short_names
from autograder.pages.feedback.assignment import FeedbackAssignment
from autograder.pages.feedback.feedback_page import feedback_html, is_graded
from autograder.pages.feedback.student_cells import squashed
from course.errors import GradingError
from course.files import write_atomically
from course.notebook.cell_marks import Cell, CellMark, exercise_names, mark_of, origin_of

_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_MARKUP = re.compile(r"[*_`$]+|\]\([^)]*\)|<[^>]*>|[\[\]]")
_MADE_UP = re.compile(r"cell-[0-9a-f]{6,}")
"""The `grade_id`s that Create Assignment makes up."""
_SHORTEST = 10  # characters of a hidden line that would not stand in an output by chance


class StockPages:
    """The feedback pages of a stock course; what they have in common is read once."""

    def __init__(self, course: StockCourse) -> None:
        """Read the gradebook's marks and the students' names."""
        self._course, self._class_folder = course, course.class_folder
        self._marks = read_class(self._class_folder)
        self._notebooks: dict[str, FeedbackAssignment] = {}

    def handed_in(self, wanted: Collection[str]) -> list[tuple[str, str]]:
        """List the notebooks that were handed in: students and names such as `ps1/problem1`."""
        return [
            (student, f"{name}/{notebook}")
            for name in wanted
            for student in self._course.students(name)
            for notebook in self._course.notebooks(name)
            if (self._course.submission(student, name) / f"{notebook}.ipynb").exists()
            or self.is_graded(student, f"{name}/{notebook}")
        ]

    def is_graded(self, student: str, unit: str) -> bool:
        """Return whether the grader kept a result of a notebook."""
        return is_graded(self._class_folder, student, unit)

    def path(self, student: str, unit: str) -> Path:
        """Return where a page is written, which is where nbgrader writes its own."""
        assignment, _, notebook = unit.partition("/")
        return self._course.feedback(student, assignment) / f"{notebook}.html"

    def write(self, student: str, unit: str) -> Path:
        """Write the page of one notebook whole; return its path."""
        content = self.html(student, unit).encode("utf-8", "replace")
        path = self.path(student, unit)
        write_atomically(path, lambda file: file.write(content))
        return path

    def html(self, student: str, unit: str) -> str:
        """Return the page of one notebook. Raises GradingError if the grader has no result."""
        if not self.is_graded(student, unit):
            assignment = unit.partition("/")[0]
            raise GradingError(
                f"{unit} of {student} was not graded by `autograder`: it has no page.",
                f"Run `autograder grade {assignment}`, then write the pages again.",
            )
        result = load(result_path(self._class_folder, student, unit))
        shown = replace(self._notebook(unit), cells=_exercises(result.notebook.get("cells", [])))
        entry = self._marks.of_notebook(student, unit)
        name = self._marks.names.get(student, "")
        return feedback_html(with_short_names(result), entry, shown, name)

    def _notebook(self, unit: str) -> FeedbackAssignment:
        """Read an assignment's notebooks, once."""
        if unit not in self._notebooks:
            assignment = read_assignment(self._course, unit.partition("/")[0])
            self._notebooks |= {one.unit: _as_shown(one) for one in assignment.notebooks}
        return self._notebooks[unit]


def _as_shown(notebook: StockNotebook) -> FeedbackAssignment:
    """Return what the pages of a notebook have in common."""
    return FeedbackAssignment(
        released=frozenset(notebook.released),
        titles=titles_of(notebook),
        checks={},
        questions={},
        sections={},
        has_lesson=False,
        hidden=hidden_lines(notebook),
    )


def titles_of(notebook: StockNotebook) -> dict[str, str]:
    """Title each graded cell with the heading above it and its name; no two titles are the same."""
    found: dict[str, str] = {}
    heading = ""
    graded = [mark.grade_id for mark in map(mark_of, notebook.source.cells) if _is_graded(mark)]
    short = exercise_names(graded)
    for cell, text in zip(notebook.source.cells, notebook.released, strict=True):
        mark = mark_of(cell)
        if cell.cell_type == "markdown" and not mark.solution:
            headings = _HEADING.findall(_FENCED.sub("", text))
            heading = _MARKUP.sub("", headings[-1]).strip() if headings else heading
        if mark.grade_id in short:
            name = "" if _MADE_UP.fullmatch(mark.grade_id) else short[mark.grade_id]
            found[short[mark.grade_id]] = ": ".join(filter(None, (heading, name))) or "Question"
    return _numbered(found)


def _is_graded(mark: CellMark) -> bool:
    return mark.is_test or mark.is_manual


def _numbered(titles: Mapping[str, str]) -> dict[str, str]:
    """Number the titles that several have."""
    counts, seen, found = Counter(titles.values()), Counter[str](), {}
    for name, title in titles.items():
        seen[title] += 1
        found[name] = f"{title} ({seen[title]})" if counts[title] > 1 else title
    return found


def hidden_lines(notebook: StockNotebook) -> frozenset[str]:
    """Return the lines of tests that students do not see, `squashed`; short ones are left out."""
    shown = squashed("\n".join(notebook.released))
    lines = {
        squashed(line)
        for cell in notebook.source.cells
        if mark_of(cell).is_test
        for line in cell.source.splitlines()
    }
    return frozenset(line for line in lines if len(line) >= _SHORTEST and line not in shown)


def _exercises(cells: Iterable[Cell]) -> dict[str, str]:
    """Map a student's cells to the exercise that a page shows them with.

    An answer is shown with the first test below it, an own cell below a task with the task.
    """
    cells = list(cells)
    short = exercise_names([mark_of(cell).grade_id for cell in cells if _is_graded(mark_of(cell))])
    found: dict[str, str] = {}
    answers: list[str] = []
    task = ""
    for cell in cells:
        mark = mark_of(cell)
        if mark.is_manual:
            found[cell["id"]] = short[mark.grade_id]
        elif mark.is_gap:
            answers.append(cell["id"])
        elif mark.is_test:
            found |= dict.fromkeys(answers, short[mark.grade_id])
            answers = []
        if mark.task or origin_of(cell) != "own":
            task = short[mark.grade_id] if mark.task else ""
        elif task:
            found[cell["id"]] = task
    return found
