"""What grading again would change, and for whom, before it changes anything.

The class is graded in a copy that is thrown away: its gradebook, its results and its secret are
copied, so that the same inputs are drawn and what did not change is not run again.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.folders import ClassFolder, CourseFolder
from autograder.gradebook.marks import exact, points_text
from autograder.gradebook.people import People
from autograder.gradebook.reader import ClassMarks, Question, read_class
from autograder.gradebook.writer import open_gradebook
from autograder.grading.class_run import Progress, grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results
from course.notebook.verdict import Verdict

_COPIED = (".secret", "rules.toml", "collected.json", "roster.csv", "results")
_LINKED = ("submitted", "source", "release")
_NOTHING = "–"

Grade = Callable[[CourseFolder, ClassFolder, list[str], GradeOptions, Progress], object]


@dataclass(frozen=True)
class Change:
    """One mark that would become another one, or the same for another reason."""

    student: str
    assignment: str
    exercise: str
    before: str
    """Points and status, or a dash."""
    after: str
    points: float
    """By how much the mark that counts would change."""
    note: str = ""


def dry_run(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
    grade: Grade = grade_class,
) -> list[Change]:
    """Grade a copy of the class, and say what differs; the class itself is left as it is."""
    with _copied(class_folder) as copy:
        grade(course, copy, assignments, options, progress)
        return changes(class_folder, copy)


@contextmanager
def _copied(class_folder: ClassFolder) -> Iterator[ClassFolder]:
    """Copy what grading reads and writes; what it only reads is linked."""
    with tempfile.TemporaryDirectory(prefix="convpool-dry-run-") as name:
        copy = ClassFolder(Path(name).resolve())
        for part in _COPIED:
            source = class_folder.root / part
            if source.is_dir():
                shutil.copytree(source, copy.root / part)
            elif source.is_file():
                shutil.copy2(source, copy.root / part)
        for part in _LINKED:
            if (class_folder.root / part).is_dir():
                (copy.root / part).symlink_to(class_folder.root / part)
        if class_folder.gradebook.is_file():
            # SQLite's own copy is whole also while formgrader writes.
            with (
                closing(sqlite3.connect(class_folder.gradebook)) as old,
                closing(sqlite3.connect(copy.gradebook)) as new,
            ):
                old.backup(new)
        yield copy


def changes(before: ClassFolder, after: ClassFolder) -> list[Change]:
    """Compare two gradebooks and the results behind them, question by question."""
    old_marks, new_marks = _questions(_marks(before)), _questions(_marks(after))
    old_results, new_results = _gaps(before), _gaps(after)
    found = []
    for key in sorted(set(old_marks) | set(new_marks)):
        old, new = old_marks.get(key), new_marks.get(key)
        was, becomes = old_results.get(key), new_results.get(key)
        texts = _say(old, was), _say(new, becomes)
        points = (new.score if new else 0.0) - (old.score if old else 0.0)
        if texts[0] != texts[1] or points:
            found.append(Change(*key, *texts, points, _note(new, becomes)))
    return found + _penalties(before, after)


def _marks(class_folder: ClassFolder) -> ClassMarks:
    """Read a gradebook; nothing where there is none yet."""
    if not class_folder.gradebook.is_file():
        return ClassMarks()
    with open_gradebook(class_folder) as gradebook:
        return read_class(gradebook, People())


def _questions(marks: ClassMarks) -> dict[tuple[str, str, str], Question]:
    """Lay the marks out by student, assignment and question."""
    return {
        (person.student, assignment, question.name): question
        for person, submitted in marks.rows
        for assignment, one in submitted.items()
        for question in one.questions
    }


def _gaps(class_folder: ClassFolder) -> dict[tuple[str, str, str], Verdict]:
    """Lay the results out the same way."""
    return {
        (result.student, result.assignment, gap.exercise): gap
        for result in iter_results(class_folder)
        for gap in result.gaps
    }


def _say(question: Question | None, gap: Verdict | None) -> str:
    """Write the automatic mark and why it is so."""
    if question is None or question.auto_score is None:
        return _NOTHING
    return f"{points_text(exact(question.auto_score))} {gap.status if gap else ''}".strip()


def _note(question: Question | None, gap: Verdict | None) -> str:
    """Say what a person should know: a manual mark stays, and the reason that a student reads."""
    if question and question.manual_score is not None:
        return f"the manual mark {points_text(exact(question.manual_score))} stays"
    return gap.message.splitlines()[0][:100] if gap and gap.message else ""


def _penalties(before: ClassFolder, after: ClassFolder) -> list[Change]:
    """Name the late penalties that would change with the marks."""
    old, new = (
        {
            (person.student, assignment): one.penalty
            for person, submitted in _marks(folder).rows
            for assignment, one in submitted.items()
        }
        for folder in (before, after)
    )
    found = []
    for key in sorted(set(old) | set(new)):
        was, becomes = exact(old.get(key, 0.0)), exact(new.get(key, 0.0))
        if was != becomes:
            texts = points_text(-was), points_text(-becomes)
            found.append(Change(*key, "(late)", *texts, float(was - becomes)))
    return found
