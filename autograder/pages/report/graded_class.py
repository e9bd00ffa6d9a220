"""Everything a class's folder holds that its report is made of."""

from dataclasses import dataclass, field, replace

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.marks import Submissions
from autograder.gradebook.reader import read_class
from autograder.grading.class_run import read_source
from autograder.grading.results import SubmissionResult, all_results
from autograder.pages.quiz_answers import Question, read_questions
from autograder.pages.report.figures import ItemMark
from course.errors import GradingError

QUIZ = "quiz"


@dataclass(frozen=True)
class Material:
    """A graded class as plain data."""

    name: str
    """The class folder's name."""
    assignments: list[str]
    """Those reported on, in the course's order."""
    names: dict[str, str]
    """Full names ("" where none is known) of every student that the class knows, by id."""
    results: list[SubmissionResult]
    entries: Submissions = field(default_factory=dict)
    """The gradebook's marks, which count."""
    questions: list[Question] = field(default_factory=list)
    """The graded quiz's questions, as this class was asked."""

    def marks(self) -> list[ItemMark]:
        """Give every student's mark of every gap handed in; a person's mark counts."""
        found = []
        for result in self.results:
            entry = self.entries.get((result.student, result.assignment))
            for gap in result.gaps:
                entered = entry.exercise(gap.exercise) if entry else None
                score = float(entered.score) if entered else gap.score
                item = (result.assignment, gap.exercise)
                found.append(ItemMark(result.student, item, score, gap.max_score, gap.status))
        return found

    def score(self, result: SubmissionResult) -> tuple[float, float]:
        """Give what counts, late penalty and manual marks included, and what could be had."""
        entry = self.entries.get((result.student, result.assignment))
        most = sum(gap.max_score for gap in result.gaps)
        return (float(entry.final) if entry and entry.exercises else result.score), most


def read_material(
    course: CourseFolder, class_folder: ClassFolder, assignments: list[str]
) -> Material:
    """Read results, gradebook and quiz of the named assignments (all, if none is named)."""
    wanted = course.require(assignments)
    results = [one for one in all_results(class_folder) if one.assignment in wanted]
    if not results:
        raise GradingError(f"Nothing is graded in {class_folder.root}.", "Run `autograder grade`.")
    order = {name: place for place, name in enumerate(wanted)}
    results.sort(key=lambda one: (order[one.assignment], one.student))
    marks = read_class(class_folder)
    entries = marks.submissions
    for key, taken in read_ledger(class_folder).items():
        if key in entries and entries[key].handed_in is None:
            entries[key] = replace(entries[key], handed_in=taken.handed_in)
    handed_in = {one.student for one in results}
    questions = read_questions(read_source(course, QUIZ, class_folder)) if QUIZ in wanted else []
    return Material(
        name=class_folder.root.name,
        assignments=wanted,
        names=dict(sorted((dict.fromkeys(handed_in, "") | marks.names).items())),
        results=results,
        entries=entries,
        questions=questions,
    )
