"""What `autograder export` does and says."""

from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.export.canvas import canvas_csv, differing_points
from autograder.export.class_marks import ClassMarks, read_class
from autograder.export.plain import class_json, moodle_csv, questions_csv
from autograder.grading.grades_csv import safe_cell
from autograder.grading.marks import open_gradebook
from autograder.lms.roster import read_roster
from autograder.rules.late import apply_rules
from course.atomic import write_atomically
from course.errors import GradingError

FORMATS = ("canvas", "moodle", "questions", "json")


@dataclass(frozen=True)
class ExportOptions:
    """What an instructor can choose."""

    form: str
    """One of FORMATS."""
    to: Path | None = None
    """The file; None for `<format>.csv` in the class folder."""
    template: Path | None = None
    """Canvas's own gradebook."""
    titles: dict[str, str] = field(default_factory=dict)
    """What an assignment is called in Canvas."""
    missing_zero: bool = False


def run_export(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    options: ExportOptions,
    console: Console,
) -> None:
    """Write the file; say what an instructor should know before it is uploaded."""
    if options.form not in FORMATS:
        raise GradingError(
            f"There is no format {options.form!r}.", f"Choose: {', '.join(FORMATS)}."
        )
    wanted = course.require(assignments) if assignments else []
    marks = ClassMarks()
    if class_folder.gradebook.is_file():
        people = read_roster(class_folder).people
        with open_gradebook(class_folder) as gradebook:
            marks = read_class(gradebook, people, wanted)
    if not any(submitted for _, submitted in marks.rows):
        raise GradingError(
            f"Nothing is graded in {class_folder.root}.", "Run `autograder grade` first."
        )
    text = _text(marks, options)
    ending = "json" if options.form == "json" else "csv"
    path = options.to or class_folder.root / f"{options.form}.{ending}"
    write_atomically(path, lambda file: file.write(text.encode()))
    for line in [*_warnings(class_folder, marks, options, text)]:
        console.print(line, markup=False)
    console.print(f"{len(marks.rows)} students, {len(marks.max_scores)} assignments: {path}")


def _text(marks: ClassMarks, options: ExportOptions) -> str:
    """Write the marks in the form that was asked for."""
    if options.form == "canvas":
        return canvas_csv(marks, options.template, options.titles, options.missing_zero)
    if options.form == "moodle":
        return moodle_csv(marks, options.missing_zero)
    return questions_csv(marks) if options.form == "questions" else class_json(marks)


def _warnings(
    class_folder: ClassFolder, marks: ClassMarks, options: ExportOptions, text: str
) -> list[str]:
    """Name what would make marks wrong or lost on the other side."""
    found = []
    stale = [row for row in apply_rules(class_folder, write=False) if row.before != row.after]
    if stale:
        found.append(f"{len(stale)} late penalties are out of date: run `autograder late` first.")
    looked_at = {
        (person.student, name)
        for person, submitted in marks.rows
        for name, one in submitted.items()
        if any(question.needs_manual_grade for question in one.questions)
    }
    if looked_at:
        found.append(f"{len(looked_at)} submissions wait to be looked at in formgrader.")
    with_marks = [person for person, submitted in marks.rows if submitted]
    if options.form == "canvas":
        lost = [p.student for p in with_marks if not (p.canvas_id or p.sis_id or p.login)]
        found += [
            f"{column}: {theirs or 'nothing'} points in Canvas, {ours} here."
            for column, (theirs, ours) in differing_points(marks, text).items()
        ]
    elif options.form == "moodle":
        lost = [
            p.student for p in with_marks if not (p.id_number or p.sis_id or p.email or p.login)
        ]
    else:
        lost = []
    if lost:
        found.append(f"No number or mail, so the LMS may not find: {', '.join(lost)}.")
    changed = [
        p.student
        for p in with_marks
        if any(safe_cell(one) != one for one in (p.login, p.sis_id, p.id_number, p.email))
    ]
    if changed:
        found.append(f"A number like a formula was disarmed; the LMS may not find: {changed}.")
    return found
