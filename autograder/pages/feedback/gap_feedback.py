"""What a feedback page says about one gap: points, status, message, what to read, hidden checks."""

from dataclasses import dataclass, field

from autograder.gradebook.marks import SubmissionMark
from autograder.grading.results import SubmissionResult
from autograder.pages.feedback.assignment import FeedbackAssignment, HiddenCheck, check_outcomes
from autograder.pages.feedback.student_cells import StudentCell
from autograder.pages.quiz_answers import Question, chosen
from course.checks.misconceptions import section_of
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
        own = [cell for cell in cells if cell.name == verdict.exercise]
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
    """Name the section of the lesson to read next."""
    known = assignment.sections.get(verdict.exercise)
    return known or section_of(verdict.misconception, verdict.exercise)


def _options(question: Question, source: str) -> list[tuple[str, str, bool]]:
    """List the options with what was chosen; the key is not among it."""
    picked = chosen(source, question.name, True) if question.options else []
    return [(letter, text, letter in picked) for letter, text in question.options]
