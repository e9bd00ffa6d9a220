"""The main job in small: build, hand out to a pretend class, grade, show the marks."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console

from autograder.build.answer_files import Answers, hand_in, read_answers, reference_answers
from autograder.build.release import build, publish
from autograder.cli.show_grading import run_grade
from autograder.cli.show_pages import run_feedback, run_report
from autograder.folders import ASSIGNMENTS, ClassFolder, CourseFolder
from autograder.grading.conditions import GradeOptions
from course.errors import GradingError

_MARKER = "made-by-autograder-demo.txt"


@dataclass(frozen=True)
class PretendStudent:
    """Someone in the pretend class, and which notebooks they hand in."""

    name: str
    story: str
    assignments: tuple[str, ...]
    reference: bool = False
    """Whether the answers are the reference solution's; else `tests/submissions/demo` has them."""


CLASS = (
    PretendStudent("ada", "everything right", ASSIGNMENTS, reference=True),
    PretendStudent("ben", "the lesson, pasted", ("cnn",)),
    PretendStudent("chi", "typical mistakes", ("reshape", "convolution", "pooling")),
    PretendStudent("dana", "blank", ("reshape", "quiz")),
    PretendStudent("eli", "crashes", ("pooling",)),
    PretendStudent("mallory", "forges equality", ("reshape",)),
    PretendStudent("trudy", "reads and exits", ("pooling",)),
)


def run_demo(course: CourseFolder, folder: Path, console: Console) -> None:
    """Play the demo in `folder`, which is emptied first if an earlier demo made it."""
    class_folder = _fresh_class(folder)
    changed = publish(build(course, []))
    console.print(
        f"Built the release of {len(ASSIGNMENTS)} assignments ({len(changed)} new files)."
    )
    handed_in = _hand_in_all(course, class_folder)
    stories = ", ".join(f"{student.name} ({student.story})" for student in CLASS)
    console.print(f"They hand in {handed_in} notebooks: {stories}.")
    run_grade(course, class_folder, [], options=GradeOptions(), console=console)
    run_feedback(course, class_folder, [], console)
    run_report(course, class_folder, [], anonymous=False, to=None, console=console)


def _fresh_class(folder: Path) -> ClassFolder:
    """Make the demo's class folder anew; never touch a folder that the demo did not make."""
    if folder.exists() and not (folder / _MARKER).is_file() and any(folder.iterdir()):
        raise GradingError(
            f"{folder} holds something that is not from the demo.",
            "Name another folder: autograder demo --class DIR.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARKER).write_text("Everything in this folder is made anew by each demo.\n")
    return ClassFolder(folder.resolve())


def _hand_in_all(course: CourseFolder, class_folder: ClassFolder) -> int:
    """Put every pretend submission in place; return how many there are."""
    for student in CLASS:
        for assignment in student.assignments:
            answers = _answers(course, student, assignment)
            release = course.release(assignment)
            hand_in(release, answers, class_folder.submitted, student.name, assignment)
    return sum(len(student.assignments) for student in CLASS)


def _answers(course: CourseFolder, student: PretendStudent, assignment: str) -> Answers:
    """Find what a pretend student wrote; nothing at all where there is no file."""
    if student.reference:
        return reference_answers(nbformat.read(course.source(assignment), as_version=4))
    script = course.root / "tests" / "submissions" / "demo" / student.name / f"{assignment}.py"
    return read_answers(script) if script.is_file() else Answers()
