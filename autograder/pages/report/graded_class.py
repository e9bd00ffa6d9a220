"""Reads the results, the gradebook and the quiz of a graded class."""

from dataclasses import dataclass, field, replace

from autograder.build.coursedir import AnyCourse
from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.marks import ClassMarks, ExerciseMark, Submissions, status_now
from autograder.gradebook.reader import read_class
from autograder.gradebook.standing_comments import StandingComment, standing_comments
from autograder.grading.not_graded import NotGraded, not_graded
from autograder.grading.plan import read_source
from autograder.grading.regrade_requests import RegradeRequest, regrade_requests
from autograder.grading.results import SubmissionResult, iter_results
from autograder.grading.stock_not_graded import stock_not_graded, without_result
from autograder.grading.stock_results import results_of
from autograder.pages.quiz_answers import QUIZ, Question, read_questions
from autograder.pages.report.item_statistics import ItemMark
from course.errors import GradingError


@dataclass(frozen=True)
class GradedClass:
    """A graded class as plain data."""

    name: str
    """The name of the class folder."""
    assignments: list[str]
    """The assignments of the report, in the course's order."""
    names: dict[str, str]
    """Full names ("" where none is known) of every known student, by id."""
    results: list[SubmissionResult]
    entries: Submissions = field(default_factory=dict)
    """The gradebook's marks, which count."""
    not_graded: list[NotGraded] = field(default_factory=list)
    """What lies in `submitted/` and was not graded."""
    requests: list[RegradeRequest] = field(default_factory=list)
    """The students' regrade requests."""
    questions: list[Question] = field(default_factory=list)
    """The questions of the class's graded quiz."""
    comments: list[StandingComment] = field(default_factory=list)
    """What graders may paste into formgrader, from `comments.csv`."""
    has_lesson: bool = True
    """Whether the report may name sections of the lesson."""

    def marks(self) -> list[ItemMark]:
        """Return the mark that counts of every gap that was handed in."""
        found = []
        for result in self.results:
            entry = self.entries.get((result.student, result.assignment))
            for gap in result.gaps:
                entered = entry.exercise(gap.exercise) if entry else None
                score = float(entered.score) if entered else gap.score
                item = (result.assignment, gap.exercise)
                status = status_now(gap.status, entered)
                found.append(ItemMark(result.student, item, score, gap.max_score, status))
        return found

    def waiting(self) -> list[ExerciseMark]:
        """Return the marks of these assignments that formgrader lists for a person."""
        shown = {key: one for key, one in self.entries.items() if key[1] in self.assignments}
        return ClassMarks(submissions=shown).waiting

    def score(self, result: SubmissionResult) -> tuple[float, float]:
        """Return points that count (manual marks and late penalty included) and possible points."""
        entry = self.entries.get((result.student, result.assignment))
        possible = sum(gap.max_score for gap in result.gaps)
        return (float(entry.final) if entry and entry.exercises else result.score), possible


def read_graded_class(
    course: AnyCourse, class_folder: ClassFolder, assignments: list[str]
) -> GradedClass:
    """Read results, gradebook and quiz of the named assignments (all, if none is named)."""
    wanted = course.require(assignments)
    results = list(results_of(course, class_folder, wanted))
    left_over = _left_over(course, class_folder, wanted, results)
    if not results:
        raise GradingError(f"Nothing is graded in {class_folder.root}.", "Run `autograder grade`.")
    order = {name: place for place, name in enumerate(wanted)}
    results.sort(key=lambda one: (order[one.assignment], one.student))
    marks = read_class(class_folder)
    entries = marks.submissions
    for key, taken in read_ledger(class_folder).items():
        if key in entries and entries[key].handed_in is None:
            entries[key] = replace(entries[key], handed_in=taken.handed_in)
    requests = regrade_requests(course, class_folder, wanted)
    handed_in = {one.student for one in results} | {one.student for one in requests}
    handed_in |= {one.student for one in left_over} - {""}
    own = course if isinstance(course, CourseFolder) else None
    questions = _questions(own, class_folder) if own and QUIZ in wanted else []
    return GradedClass(
        name=class_folder.root.name,
        assignments=wanted,
        names=dict(sorted((dict.fromkeys(handed_in, "") | marks.names).items())),
        results=results,
        entries=entries,
        not_graded=left_over,
        requests=requests,
        comments=standing_comments(class_folder, course.assignments()),
        questions=questions,
        has_lesson=own is not None,
    )


def _questions(course: CourseFolder, class_folder: ClassFolder) -> list[Question]:
    """Read the questions of the class's graded quiz."""
    return read_questions(read_source(course, QUIZ, class_folder))


def _left_over(
    course: AnyCourse, class_folder: ClassFolder, wanted: list[str], results: list[SubmissionResult]
) -> list[NotGraded]:
    """List what was handed in and not graded."""
    if isinstance(course, CourseFolder):
        return not_graded(course, class_folder, wanted, iter(results))
    notebooks = [
        replace(one, notebook={})
        for one in iter_results(class_folder)
        if one.assignment.partition("/")[0] in wanted
    ]
    graded = [(one.student, one.assignment) for one in notebooks]
    return [
        *stock_not_graded(course, wanted, notebooks, {}),
        *without_result(course, wanted, graded),
    ]
