"""What `autograder feedback` does on the terminal."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from autograder.course_folder import ClassFolder, CourseFolder
from autograder.entries import read_entries
from autograder.feedback.page import feedback_html, read_assignment
from autograder.feedback.returning import pack
from autograder.grading.results import load
from autograder.grading.store import result_path
from course.atomic import write_atomically
from course.errors import GradingError

STOCK_STAMP = "graded by stock nbgrader"


def run_feedback(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    console: Console,
    *,
    zipped: bool = False,
) -> None:
    """Write the page of every graded submission; pack them as the LMS wants them if asked to."""
    from autograder.desk import progress_bar

    wanted = course.require(assignments)
    graded = [
        (path.parent.name, path.name)
        for path in sorted(class_folder.autograded.glob("*/*"))
        if path.name in wanted
    ]
    if not graded:
        raise GradingError(
            f"Nothing is graded in {class_folder.autograded}.", "Run `autograder grade` first."
        )
    with progress_bar(console) as bar:
        task = bar.add_task("writing feedback", total=len(graded))
        for student, assignment in write_pages(course, class_folder, graded):
            bar.update(task, description=f"feedback on {assignment} for {student}", advance=1)
    console.print(f"Feedback pages: {class_folder.feedback}/<student>/<assignment>/*.html")
    for packed in pack(class_folder, graded) if zipped else []:
        console.print(packed.told, soft_wrap=True, markup=False)


def write_pages(
    course: CourseFolder, class_folder: ClassFolder, graded: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Write one page after the other; nbgrader's own for what stock nbgrader graded."""
    entries, names = read_entries(class_folder)
    kinds = {
        name: read_assignment(course, class_folder, name) for name in {name for _, name in graded}
    }
    for student, assignment in graded:
        kept = result_path(class_folder, student, assignment)
        if not kept.is_file() or _stock_graded(class_folder, student, assignment):
            _stock_page(course, class_folder, student, assignment)
        else:
            entry = entries.get((student, assignment))
            full_name = names.get(student, "")
            text = feedback_html(load(kept), entry, kinds[assignment], full_name)
            save_page(page_path(class_folder, student, assignment), text)
        yield student, assignment


def page_path(class_folder: ClassFolder, student: str, assignment: str) -> Path:
    """Say where nbgrader and we put a page."""
    return class_folder.feedback / student / assignment / f"{assignment}.html"


def save_page(path: Path, text: str) -> None:
    """Write a page whole; half a character of a student's can't be written, nor break it."""
    write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))


def _stock_graded(class_folder: ClassFolder, student: str, assignment: str) -> bool:
    """Tell whether stock nbgrader graded last: then what we kept is an older result."""
    path = class_folder.autograded / student / assignment / f"{assignment}.ipynb"
    with path.open(encoding="utf-8", errors="replace") as file:
        return STOCK_STAMP in file.read(4000)


def _stock_page(
    course: CourseFolder, class_folder: ClassFolder, student: str, assignment: str
) -> None:
    """Let nbgrader write its page, hidden tests taken out."""
    from autograder.stock import StockNbgrader

    StockNbgrader(course, class_folder).feedback(assignment, student)
