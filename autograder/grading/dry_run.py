"""What grading again would change, and for whom, found without changing anything.

The class is graded in a temporary copy. Its gradebook, its results and its secret are copied, so
that the tests draw the same inputs, and submissions that did not change are not run again.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal

from autograder.build.coursedir import AnyCourse, StockCourse, TrialCourse
from autograder.folders import ClassFolder, CourseFolder, is_there
from autograder.gradebook.marks import ZERO, ExerciseMark, Submissions, points_text
from autograder.gradebook.reader import read_marks
from autograder.grading.class_run import Progress, Summary, grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.stock_results import results_of
from autograder.grading.stock_run import grade_stock_class
from autograder.sandbox.owned_folders import owned_folder
from course.notebook.verdict import Verdict

_COPIED = (".secret", "rules.toml", "collected.json", "roster.csv", "results", ".test-places")
_LINKED = ("submitted", "source", "release")
_NOTHING = "–"

Grade = Callable[[CourseFolder, ClassFolder, list[str], GradeOptions, Progress], Summary]


@dataclass(frozen=True)
class Change:
    """One mark that would change, in points or only in its status."""

    student: str
    assignment: str
    exercise: str
    before: str
    """Automatic points and status, or a dash."""
    after: str
    points: Decimal
    """The difference in the points that count."""
    note: str = ""


def dry_run(
    course: AnyCourse,
    class_folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
    grade: Grade = grade_class,
) -> tuple[list[Change], Summary]:
    """Grade a copy of the class; return what differs, and what the run came to.

    The class itself is left as it is.
    """
    with _copied(class_folder) as copy:
        if isinstance(course, StockCourse):
            trial = TrialCourse(course.root, course.config, copy.root)
            summary = grade_stock_class(trial, assignments, options, progress)
        else:
            summary = grade(course, copy, assignments, options, progress)
        return changes(course, class_folder, copy), summary


@contextmanager
def _copied(class_folder: ClassFolder) -> Iterator[ClassFolder]:
    """Copy what grading writes; link what it only reads."""
    with owned_folder() as folder:
        copy = ClassFolder(folder.resolve())
        for part in _COPIED:
            source = class_folder.root / part
            if source.is_dir():
                shutil.copytree(source, copy.root / part)
            elif is_there(source):
                shutil.copy2(source, copy.root / part)
        for part in _LINKED:
            if is_there(class_folder.root / part):
                (copy.root / part).symlink_to(class_folder.root / part)
        if is_there(class_folder.gradebook):
            # SQLite's own copy is consistent even while formgrader writes.
            with (
                closing(sqlite3.connect(class_folder.gradebook)) as old,
                closing(sqlite3.connect(copy.gradebook)) as new,
            ):
                old.backup(new)
        yield copy


def changes(course: AnyCourse, before: ClassFolder, after: ClassFolder) -> list[Change]:
    """Compare two gradebooks and the results behind them, exercise by exercise."""
    old_marks, new_marks = read_marks(before).submissions, read_marks(after).submissions
    old_exercises, new_exercises = _exercises(old_marks), _exercises(new_marks)
    old_verdicts, new_verdicts = _verdicts(course, before), _verdicts(course, after)
    found = []
    for key in sorted(set(old_exercises) | set(new_exercises)):
        old, new = old_exercises.get(key), new_exercises.get(key)
        verdict = new_verdicts.get(key)
        texts = _automatic(old, old_verdicts.get(key)), _automatic(new, verdict)
        points = (new.score if new else ZERO) - (old.score if old else ZERO)
        if texts[0] != texts[1] or points:
            found.append(Change(*key, *texts, points, _note(new, verdict)))
    return found + _penalties(old_marks, new_marks)


def _exercises(marks: Submissions) -> dict[tuple[str, str, str], ExerciseMark]:
    """Return the marks by student, assignment and exercise."""
    return {
        (*key, mark.exercise): mark
        for key, submission in marks.items()
        for mark in submission.exercises
    }


def _verdicts(course: AnyCourse, class_folder: ClassFolder) -> dict[tuple[str, str, str], Verdict]:
    """Return the results on disk by student, assignment and exercise."""
    return {
        (result.student, result.assignment, gap.exercise): gap
        for result in results_of(course, class_folder)
        for gap in result.gaps
    }


def _automatic(mark: ExerciseMark | None, verdict: Verdict | None) -> str:
    """Write the automatic mark and its status."""
    if mark is None or mark.auto_score is None:
        return _NOTHING
    return f"{points_text(mark.auto_score)} {verdict.status if verdict else ''}".strip()


def _note(mark: ExerciseMark | None, verdict: Verdict | None) -> str:
    """Say that a manual mark stays, else the first line of the message to the student."""
    if mark and mark.manual_score is not None:
        return f"the manual mark {points_text(mark.manual_score)} stays"
    return verdict.message.splitlines()[0][:100] if verdict and verdict.message else ""


def _penalties(old: Submissions, new: Submissions) -> list[Change]:
    """Name the late penalties that would change with the marks."""
    found = []
    for key in sorted(set(old) | set(new)):
        before, after = (marks[key].penalty if key in marks else ZERO for marks in (old, new))
        if before != after:
            texts = points_text(-before), points_text(-after)
            found.append(Change(*key, "(late)", *texts, before - after))
    return found
