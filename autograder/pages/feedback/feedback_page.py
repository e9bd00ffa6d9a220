"""One student's page on one assignment: loads nothing, runs nothing, and is read on a phone."""

from functools import cache

from nbformat import NotebookNode

from autograder.build.contract import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import SubmissionMark
from autograder.grading.autograded import UNSAFE
from autograder.grading.class_run import read_source
from autograder.grading.results import SubmissionResult
from autograder.pages import Document
from autograder.pages.feedback.shown_cells import shown_cells
from autograder.pages.feedback.shown_gaps import Assignment, hidden_checks, shown_gaps
from autograder.pages.quiz_answers import read_questions
from course.checks.misconceptions import heading
from course.notebook.marks import mark_of
from course.quiz import read_bank

QUIZ = "quiz"


@cache
def _document() -> Document:
    return Document("feedback.html.j2")


def read_assignment(course: CourseFolder, class_folder: ClassFolder, name: str) -> Assignment:
    """Read what the pages of an assignment need of its source and its release."""
    source = read_source(course, name, class_folder)
    own = class_folder.release(name)
    release = read_source_notebook(own if own.is_file() else course.release(name))
    questions = {one.name: one for one in read_questions(source)}
    return Assignment(
        name=name,
        given=frozenset(cell.source for cell in release.cells),
        titles=_titles(source),
        checks=hidden_checks(source),
        questions=questions,
        sections=_sections(course, class_folder, list(questions)),
    )


def _titles(source: NotebookNode) -> dict[str, str]:
    """Find the heading above each gap; a question is called by its number."""
    titles, heading = {}, ""
    for cell in source["cells"]:
        if cell["cell_type"] == "markdown":
            lines = [line for line in cell["source"].splitlines() if line.startswith("## ")]
            heading = lines[-1].lstrip("# ").partition(" (")[0] if lines else heading
        elif mark_of(cell).is_gap:
            name = cell["id"]
            titles[name] = heading or f"Question {name.removeprefix('q')}"
    return titles


def _sections(course: CourseFolder, class_folder: ClassFolder, names: list[str]) -> dict[str, str]:
    """Name the lesson's section of each question; of a class's own quiz that is not known."""
    bank = course.solutions / "quiz.md"
    if not names or class_folder.source(QUIZ).is_file() or not bank.is_file():
        return {}
    questions = read_bank(bank).questions
    return {
        name: heading(question.section) for name, question in zip(names, questions, strict=False)
    }


def feedback_html(
    result: SubmissionResult,
    entry: SubmissionMark | None,
    assignment: Assignment,
    full_name: str = "",
) -> str:
    """Write the page of one submission; what a person entered in the gradebook counts."""
    cells = shown_cells(result.notebook, assignment.given)
    gaps = shown_gaps(result, entry, assignment, cells)
    names = {gap.name for gap in gaps}
    points = sum(gap.score for gap in gaps)
    score = float(entry.final) if entry and entry.exercises else points
    return _document().render(
        assignment=result.assignment,
        student=full_name or result.student,
        gaps=gaps,
        others=[cell for cell in cells if cell.name not in names],
        score=score,
        points=points,
        possible=sum(gap.max_score for gap in gaps),
        penalty=float(entry.penalty) if entry else 0.0,
        rejected=result.rejected,
        sandbox=result.sandbox,
        unsafe=result.sandbox == UNSAFE,
    )
