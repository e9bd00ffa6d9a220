"""Plays `autograder demo`: builds, hands in for a pretend class, grades, shows the marks."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console

from autograder.build.answer_files import Answers, hand_in, read_answers, reference_answers
from autograder.build.release import build, publish
from autograder.cli.show_grading import run_grade
from autograder.cli.show_pages import run_feedback, run_report
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.conditions import GradeOptions
from course.counted import counted
from course.errors import GradingError

_MARKER = "made-by-autograder-demo.txt"


@dataclass(frozen=True)
class PretendStudent:
    """A student of the pretend class, and the notebooks that this student hands in."""

    name: str
    story: str
    assignments: tuple[str, ...]
    """The assignments handed in; all of the course if `reference` is true."""
    reference: bool = False
    """Whether the answers are the reference solution; if not, see `tests/submissions/demo`."""

    def hands_in(self, course: CourseFolder) -> list[str]:
        """List what this student hands in of the assignments that the course has."""
        known = course.assignments()
        return known if self.reference else [name for name in self.assignments if name in known]


CLASS = (
    PretendStudent("ada", "everything right", (), reference=True),
    PretendStudent("ben", "the lesson, pasted", ("cnn",)),
    PretendStudent("chi", "typical mistakes", ("reshape", "convolution", "pooling")),
    PretendStudent("dana", "blank", ("reshape", "quiz")),
    PretendStudent("eli", "crashes", ("pooling",)),
    PretendStudent("mallory", "forges equality", ("reshape",)),
    PretendStudent("trudy", "reads and exits", ("pooling",)),
)


def run_demo(course: CourseFolder, folder: Path, console: Console) -> None:
    """Run the demo in `folder`, which is emptied first if an earlier demo made it."""
    class_folder = _fresh_class(folder)
    changed = publish(build(course, []))
    built = counted(len(course.assignments()), "assignment")
    console.print(f"Built the release of {built} ({counted(len(changed), 'new file')}).")
    handed_in = _hand_in_all(course, class_folder)
    present = [student for student in CLASS if student.hands_in(course)]
    stories = ", ".join(f"{student.name} ({student.story})" for student in present)
    console.print(f"The class hands in {counted(handed_in, 'notebook')}: {stories}.")
    run_grade(course, class_folder, [], options=GradeOptions(), console=console)
    run_feedback(course, class_folder, [], console)
    run_report(course, class_folder, [], anonymous=False, to=None, console=console)


def _fresh_class(folder: Path) -> ClassFolder:
    """Empty the demo's class folder; refuse a folder that the demo did not make."""
    if folder.exists() and not (folder / _MARKER).is_file() and any(folder.iterdir()):
        raise GradingError(
            f"{folder} holds files that are not from the demo.",
            "Name another folder: autograder demo --class DIR.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARKER).write_text(
        "Each run of `autograder demo` deletes this folder and writes it again.\n"
    )
    return ClassFolder(folder.resolve())


def _hand_in_all(course: CourseFolder, class_folder: ClassFolder) -> int:
    """Put every pretend submission in place; return how many there are."""
    count = 0
    for student in CLASS:
        for assignment in student.hands_in(course):
            answers = _answers(course, student, assignment)
            release = course.release(assignment)
            hand_in(release, answers, class_folder.submitted, student.name, assignment)
            count += 1
    return count


def _answers(course: CourseFolder, student: PretendStudent, assignment: str) -> Answers:
    """Return the answers of a pretend student; none if there is no file."""
    if student.reference:
        return reference_answers(nbformat.read(course.source(assignment), as_version=4))
    script = course.root / "tests" / "submissions" / "demo" / student.name / f"{assignment}.py"
    return read_answers(script) if script.is_file() else Answers()
