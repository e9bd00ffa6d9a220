"""What `autograder feedback` does on the terminal."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.cli.show_grading import BANNER, progress_bar
from autograder.folders import ClassFolder, CourseFolder, class_secret
from autograder.gradebook.reader import read_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import iter_results, load, result_path
from autograder.lms.feedback_zips import pack
from autograder.pages.feedback.feedback_page import feedback_html, read_assignment
from autograder.pages.leaderboard.leaderboard import (
    HEADINGS,
    TITLE,
    cells,
    notes,
    run_board,
    write_leaderboard,
)
from autograder.pages.leaderboard.scoring_notebook import NAME
from autograder.pages.leaderboard.standing import standing
from autograder.pages.report.graded_class import read_material
from autograder.pages.report.pseudonyms import Pseudonyms
from autograder.pages.report.report_page import Pair, report_html
from autograder.pages.similarity.alike import Alike, similar
from course.errors import GradingError
from course.files import write_atomically

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
    from autograder.cli.show_grading import progress_bar

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
        console.print(packed.next_step, soft_wrap=True, markup=False)


def write_pages(
    course: CourseFolder, class_folder: ClassFolder, graded: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Write one page after the other; nbgrader's own for what stock nbgrader graded."""
    marks = read_class(class_folder)
    kinds = {
        name: read_assignment(course, class_folder, name) for name in {name for _, name in graded}
    }
    for student, assignment in graded:
        kept = result_path(class_folder, student, assignment)
        if not kept.is_file() or _stock_graded(class_folder, student, assignment):
            _stock_page(course, class_folder, student, assignment)
        else:
            entry = marks.submissions.get((student, assignment))
            full_name = marks.names.get(student, "")
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
    from support.stock_nbgrader import StockNbgrader

    StockNbgrader(course, class_folder).feedback(assignment, student)


# What `autograder report` does on the terminal.


MOST_PAIRS = 50


def run_report(
    course: CourseFolder,
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    anonymous: bool,
    to: Path | None,
    console: Console,
) -> Path:
    """Write the report of what is graded, and say where it is."""
    material = read_material(course, class_folder, assignments)
    pseudonyms = Pseudonyms(class_secret(class_folder), material.names) if anonymous else None
    alike = [
        Pair(one.first, one.second, assignment, one.share, told(one))
        for assignment, one in similar(course, class_folder, material.results)
    ]
    made = datetime.now().astimezone()
    text = report_html(material, made, alike[:MOST_PAIRS], pseudonyms)
    default = class_folder.root / ("report-anonymous.html" if anonymous else "report.html")
    path = to or default
    write_atomically(path, lambda file: file.write(text.encode()))
    console.print(f"Report on {len(material.results)} submissions: {path}", soft_wrap=True)
    return path


# What `autograder similarity` shows on the terminal.


NOTE = (
    "A list to look at, and never a mark: a short exercise has few natural answers, and friends "
    "may learn together. Names, comments and order are taken out, and what the release, the "
    "lesson and the reference solutions hold; what many share counts little."
)


def told(pair: Alike) -> str:
    """Say what a pair has in common."""
    cells = ", ".join(pair.cells)
    return f"{pair.evidence:.0f} rare fragments in {cells}, such as: {pair.example[:90]}"


def run_similarity(
    course: CourseFolder, class_folder: ClassFolder, assignments: list[str], console: Console
) -> None:
    """Show the pairs of the named assignments (all, if none is named), the most alike first."""
    wanted = course.require(assignments)
    results = (one for one in iter_results(class_folder) if one.assignment in wanted)
    if not class_folder.root.joinpath("results").is_dir():
        raise GradingError(f"Nothing is graded in {class_folder.root}.", "Run `autograder grade`.")
    table = Table(title="Alike beyond what everybody was given", caption=NOTE)
    for heading in ("assignment", "student", "student", "alike", "in common"):
        table.add_column(heading)
    for assignment, pair in similar(course, class_folder, results):
        cells = (assignment, pair.first, pair.second, f"{100 * pair.share:.0f} %", told(pair))
        table.add_row(*map(escape, cells))
    if table.row_count:
        console.print(table)
    else:
        console.print(f"No pair stands out. {NOTE}")


# What `autograder improve` shows on the terminal.


def run_improve(class_folder: ClassFolder, options: GradeOptions, console: Console) -> None:
    """Score every network, then show and write the table.

    Raises GradingError at the end if the grader itself failed on a submission.
    """
    if not options.sandboxed:
        console.print(BANNER, style="bold red")
    with progress_bar(console) as bar:
        task = bar.add_task("proving the sandbox", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        run = run_board(class_folder, options, show)
    entries = standing(run.results)
    paths = write_leaderboard(class_folder.root / NAME, entries)
    table = Table(title=TITLE)
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("rank", "parameters") else "left")
    for entry in entries:
        table.add_row(*map(escape, cells(entry)))
    console.print(table)
    for note in notes(entries):
        console.print(note, highlight=False)
    console.print(f"Leaderboard: {', '.join(map(str, paths))}", soft_wrap=True)
    if run.failures:
        raise GradingError(
            f"{len(run.failures)} networks have no result. {run.failures[0]}",
            "Mend that and run `autograder improve` again.",
        )
