"""Feedback pages: what a page says of each gap, the page of one student, and those of a class."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import SubmissionMark
from autograder.gradebook.reader import read_class
from autograder.grading.autograded import UNSAFE, pass_on_exchange_files
from autograder.grading.results import SubmissionResult, load, result_path
from autograder.ingest.reading import SECRET
from autograder.pages.feedback.assignment import (
    FeedbackAssignment,
    HiddenCheck,
    check_outcomes,
    read_assignment,
)
from autograder.pages.feedback.student_cells import StudentCell, student_cells
from autograder.pages.page_kinds import document
from autograder.pages.quiz_answers import Question, chosen
from course.checks.misconceptions import section_of
from course.errors import GradingError
from course.files import write_atomically
from course.notebook.verdict import STATUS_WORDS, Verdict, Words


@dataclass(frozen=True)
class GapFeedback:
    """One gap on the page."""

    name: str
    title: str
    score: float
    max_score: float
    words: Words
    """The sign, label and color of the status."""
    message: str = ""
    section: str = ""
    """The heading of the lesson's section to read next; "" for a correct answer."""
    by_hand: bool = False
    """Whether a person entered the mark."""
    comment: str = ""
    """What a person wrote."""
    checks: list[HiddenCheck] = field(default_factory=list)
    cells: list[StudentCell] = field(default_factory=list)
    question: str = ""
    """The quiz question's Markdown, written by the course."""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    """Letter, text, and whether it was chosen."""


def gap_feedback(
    result: SubmissionResult,
    entry: SubmissionMark | None,
    assignment: FeedbackAssignment,
    cells: list[StudentCell],
) -> list[GapFeedback]:
    """Describe every gap, in the order of the notebook."""
    sources = {cell["id"]: str(cell["source"]) for cell in result.notebook.get("cells", [])}
    found = []
    for verdict in result.gaps:
        name = verdict.exercise
        own = [cell for cell in cells if assignment.cells.get(cell.name, cell.name) == name]
        found.append(_gap(verdict, entry, assignment, own, sources.get(verdict.exercise, "")))
    return found


def _gap(
    verdict: Verdict,
    entry: SubmissionMark | None,
    assignment: FeedbackAssignment,
    cells: list[StudentCell],
    source: str,
) -> GapFeedback:
    """Describe one gap; a mark in the gradebook counts instead of the grader's."""
    name = verdict.exercise
    entered = entry.exercise(name) if entry else None
    score = float(entered.score) if entered else verdict.score
    by_hand = entered is not None and entered.by_hand
    words = _words_of_score(score, verdict.max_score) if by_hand else STATUS_WORDS[verdict.status]
    question = assignment.questions.get(name)
    labels = [] if question else assignment.checks.get(name, [])
    return GapFeedback(
        name=name,
        title=assignment.titles.get(name, name),
        score=score,
        max_score=verdict.max_score,
        words=words,
        message=verdict.message,
        section="" if words.look == "right" else _section(verdict, assignment),
        by_hand=by_hand,
        comment=(entered.manual_comment or "") if entered else "",
        checks=check_outcomes(labels, verdict.status == "correct", verdict.message),
        cells=cells,
        question=question.text if question else "",
        options=_options(question, source) if question else [],
    )


def _words_of_score(score: float, max_score: float) -> Words:
    """Choose the words for a mark that a person entered: no status says what they saw."""
    if score >= max_score:
        return STATUS_WORDS["correct"]
    return STATUS_WORDS["partial" if score > 0 else "incorrect"]


def _section(verdict: Verdict, assignment: FeedbackAssignment) -> str:
    """Name the section of the lesson to read next; "" for a course without a lesson."""
    if not assignment.has_lesson:
        return ""
    known = assignment.sections.get(verdict.exercise)
    return known or section_of(
        verdict.misconception, verdict.exercise, assignment.noted.get(verdict.exercise, "")
    )


def _options(question: Question, source: str) -> list[tuple[str, str, bool]]:
    """List the options with what was chosen; the key is not among it."""
    picked = chosen(source, question.name, True) if question.options else []
    return [(letter, text, letter in picked) for letter, text in question.options]


class ClassPages:
    """The feedback pages of a class; what they have in common is read once."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder) -> None:
        """Read the gradebook's marks and the students' names."""
        self._course, self._class_folder = course, class_folder
        self._marks = read_class(class_folder)
        self._assignments: dict[str, FeedbackAssignment] = {}

    def handed_in(self, wanted: Collection[str]) -> list[tuple[str, str]]:
        """List the graded submissions of some assignments: students and assignments."""
        paths = sorted(self._class_folder.autograded.glob("*/*"))
        return [(path.parent.name, path.name) for path in paths if path.name in wanted]

    def is_graded(self, student: str, assignment: str) -> bool:
        """Return whether the grader kept a result of a submission."""
        return is_graded(self._class_folder, student, assignment)

    def path(self, student: str, assignment: str) -> Path:
        """Return where a page is written, which is where nbgrader writes its own."""
        return self._class_folder.feedback / student / assignment / f"{assignment}.html"

    def write(self, student: str, assignment: str) -> Path:
        """Write the page of one submission whole; return its path.

        Beside it lies what nbgrader needs to release it through its exchange.
        """
        content = self.html(student, assignment).encode()
        path = self.path(student, assignment)
        # In this order a page never lies beside the secret of another submission.
        (path.parent / SECRET).unlink(missing_ok=True)
        write_atomically(path, lambda file: file.write(content))
        pass_on_exchange_files(self._class_folder.autograded / student / assignment, path.parent)
        return path

    def html(self, student: str, assignment: str) -> str:
        """Return the page of one submission. Raises GradingError if the grader has no result."""
        if not is_graded(self._class_folder, student, assignment):
            raise GradingError(
                f"{assignment} of {student} was not graded by `autograder`: it has no page.",
                f"Run `autograder grade {assignment}`, then write the pages again.",
            )
        if assignment not in self._assignments:
            known = read_assignment(self._course, self._class_folder, assignment)
            self._assignments[assignment] = known
        page = feedback_html(
            load(result_path(self._class_folder, student, assignment)),
            self._marks.submissions.get((student, assignment)),
            self._assignments[assignment],
            self._marks.names.get(student, ""),
        )
        # A lone half of a surrogate pair in a student's text can't be encoded.
        return page.encode("utf-8", "replace").decode()


def is_graded(class_folder: ClassFolder, student: str, assignment: str) -> bool:
    """Return whether the grader kept a result of a submission."""
    return result_path(class_folder, student, assignment).is_file()


def feedback_html(
    result: SubmissionResult,
    entry: SubmissionMark | None,
    assignment: FeedbackAssignment,
    full_name: str = "",
) -> str:
    """Return the page of one submission; marks that a person entered in the gradebook count."""
    cells = student_cells(result.notebook, assignment.released, assignment.hidden)
    gaps = gap_feedback(result, entry, assignment, cells)
    names = {gap.name for gap in gaps}
    points = sum(gap.score for gap in gaps)
    score = float(entry.final) if entry and entry.exercises else points
    return document("feedback").render(
        assignment=result.assignment,
        student=full_name or result.student,
        gaps=gaps,
        others=[cell for cell in cells if assignment.cells.get(cell.name, cell.name) not in names],
        score=score,
        points=points,
        possible=sum(gap.max_score for gap in gaps),
        waiting=sum(gap.max_score for gap in gaps if gap.words == STATUS_WORDS["manual"]),
        penalty=float(entry.penalty) if entry else 0.0,
        rejected=result.rejected,
        sandbox=result.sandbox,
        unsafe=result.sandbox == UNSAFE,
    )
