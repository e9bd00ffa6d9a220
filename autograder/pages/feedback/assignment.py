"""What the feedback pages of all students of one assignment have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.build.contract import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.plan import read_source
from autograder.pages.feedback.hidden_checks import hidden_labels
from autograder.pages.quiz_answers import Question, read_questions
from course.checks.misconceptions import heading as heading_of
from course.notebook.marks import mark_of
from course.quiz import read_bank

QUIZ = "quiz"


@dataclass(frozen=True)
class FeedbackAssignment:
    """An assignment, as its feedback pages need it."""

    released: frozenset[str]
    """Sources of the cells of the release."""
    titles: Mapping[str, str]
    """Each gap's heading."""
    checks: Mapping[str, list[str]]
    """Labels of each gap's hidden checks."""
    questions: Mapping[str, Question]
    """The quiz's questions, by the gap's name."""
    sections: Mapping[str, str]
    """The lesson's section for each question of the quiz."""


def read_assignment(
    course: CourseFolder, class_folder: ClassFolder, name: str
) -> FeedbackAssignment:
    """Read the assignment's source and release: the class's own, where it has one."""
    source = read_source(course, name, class_folder)
    own = class_folder.release(name)
    release = read_source_notebook(own if own.is_file() else course.release(name))
    questions = {question.name: question for question in read_questions(source)}
    return FeedbackAssignment(
        released=frozenset(cell.source for cell in release.cells),
        titles=_titles(source),
        checks=hidden_labels(source),
        questions=questions,
        sections=_sections(course, class_folder, list(questions)),
    )


def _titles(source: NotebookNode) -> dict[str, str]:
    """Find the heading above each gap; the title of a quiz question is its number."""
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
    """Name the lesson's section of each question; for a class's own quiz it is not known."""
    bank = course.solutions / "quiz.md"
    if not names or class_folder.source(QUIZ).is_file() or not bank.is_file():
        return {}
    questions = read_bank(bank).questions
    return {
        name: heading_of(question.section) for name, question in zip(names, questions, strict=False)
    }
