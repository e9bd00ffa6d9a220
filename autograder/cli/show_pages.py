"""What `autograder feedback`, `report`, `similarity` and `improve` print."""

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.cli.show_grading import (
    class_progress,
    progress_bar,
    require_no_failures,
)
from autograder.folders import ClassFolder, class_secret
from autograder.gradebook.reader import read_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.regrade_requests import FORMGRADER
from autograder.grading.stock_results import results_of
from autograder.lms.feedback_zips import pack
from autograder.pages.feedback.feedback_page import ClassPages
from autograder.pages.feedback.stock_pages import StockPages
from autograder.pages.leaderboard.leaderboard import (
    HEADINGS,
    TITLE,
    notes,
    ranked,
    run_board,
    table_row,
    without_names,
    write_leaderboard,
)
from autograder.pages.left_out import LeftOut, left_out_by, require_all
from autograder.pages.pseudonyms import Pseudonyms
from autograder.pages.report.graded_class import read_graded_class
from autograder.pages.report.report_page import report_html
from autograder.pages.similarity.similar_pairs import similar
from course.counted import counted
from course.errors import GradingError
from course.files import require_folder, write_atomically
from course.lessons.improve_rules import NAME

SIMILARITY_NOTE = (
    "A list to look at, and never a mark: a short exercise has few natural answers, and friends "
    "may learn together. Names, comments and order are left out, and so is what the release, the "
    "lesson and the reference solutions hold; what many share counts little."
)


def run_feedback(
    course: AnyCourse,
    class_folder: ClassFolder,
    assignments: list[str],
    console: Console,
    *,
    zipped: bool = False,
) -> None:
    """Write the page of every graded submission; with `zipped`, pack them as the LMS wants them.

    Raises GradingError at the end if submissions were not graded by this grader.
    """
    pages = _pages_of(course, class_folder)
    found = pages.handed_in(course.require(assignments))
    graded = [one for one in found if pages.is_graded(*one)]
    if not found or (isinstance(pages, StockPages) and not graded):
        raise GradingError(
            f"Nothing is graded in {class_folder.autograded}.", "Run `autograder grade` first."
        )
    written: list[tuple[str, str, Path]] = []
    left_out: list[LeftOut] = []
    with progress_bar(console) as bar:
        task = bar.add_task("writing feedback", total=len(graded))
        for student, assignment in graded:
            try:
                page = pages.write(student, assignment)
                written.append((student, assignment.partition("/")[0], page))
            except Exception as error:
                left_out.append(left_out_by(error, student, assignment))
            bar.update(task, description=f"feedback on {assignment} for {student}", advance=1)
    written_to = f"{class_folder.feedback}/<student>/<assignment>/*.html"
    console.print(f"Feedback pages: {written_to}", soft_wrap=True)
    for packed in pack(class_folder, written) if zipped else []:
        console.print(packed.next_step, soft_wrap=True, markup=False)
        for note in packed.notes:
            console.print(note, soft_wrap=True, markup=False)
    others = [
        f"{assignment} of {student}"
        for student, assignment in found
        if (student, assignment) not in set(graded)
    ]
    if others:
        raise GradingError(
            f"Not graded by `autograder`, so without a page: {', '.join(others)}.",
            "Run `autograder grade`, then `autograder feedback` again.",
        )
    require_all(left_out, "made", "feedback")


def _pages_of(course: AnyCourse, class_folder: ClassFolder) -> ClassPages | StockPages:
    if isinstance(course, StockCourse):
        return StockPages(course)
    return ClassPages(course, class_folder)


def run_report(
    course: AnyCourse,
    class_folder: ClassFolder,
    assignments: list[str],
    *,
    anonymous: bool,
    to: Path | None,
    console: Console,
    formgrader: str = FORMGRADER,
) -> Path:
    """Write the report, and print where it is; return its path.

    Its links to formgrader begin with the address `formgrader`.
    """
    if not formgrader.startswith(("http://", "https://")):
        raise GradingError(
            f"--formgrader {formgrader!r} is no address.", f"Write it like {FORMGRADER}."
        )
    if to:
        require_folder(to)
    graded = read_graded_class(course, class_folder, assignments)
    pseudonyms = Pseudonyms(class_secret(class_folder), graded.names) if anonymous else None
    compared = similar(course, class_folder, graded.results)
    made = datetime.now().astimezone()
    text = report_html(graded, made, compared, pseudonyms, formgrader)
    default = class_folder.root / ("report-anonymous.html" if anonymous else "report.html")
    path = to or default
    write_atomically(path, lambda file: file.write(text.encode("utf-8", "replace")))
    console.print(f"Report on {counted(len(graded.results), 'submission')}: {path}", soft_wrap=True)
    require_all(compared.left_out, "compared", "report")
    return path


def run_similarity(
    course: AnyCourse, class_folder: ClassFolder, assignments: list[str], console: Console
) -> None:
    """Print the similar pairs of the named assignments (all, if none is named)."""
    wanted = course.require(assignments)
    results = results_of(course, class_folder, wanted)
    if not class_folder.root.joinpath("results").is_dir():
        raise GradingError(f"Nothing is graded in {class_folder.root}.", "Run `autograder grade`.")
    table = Table(title="Alike beyond what everybody was given", caption=SIMILARITY_NOTE)
    for heading in ("assignment", "student", "student", "alike", "in common"):
        table.add_column(heading)
    compared = similar(course, class_folder, results)
    for assignment, pair in compared.pairs:
        cells = (assignment, pair.first, pair.second, f"{100 * pair.share:.0f} %", pair.in_common)
        table.add_row(*map(escape, cells))
    if table.row_count:
        console.print(table)
    else:
        console.print(f"No pair stands out. {SIMILARITY_NOTE}", soft_wrap=True)
    if compared.more:
        console.print(f"{counted(compared.more, 'more pair')}, less alike than these, not listed.")
    require_all(compared.left_out, "compared", "similarity")


def run_improve(
    class_folder: ClassFolder, options: GradeOptions, console: Console, *, names: bool = False
) -> None:
    """Score every network, then print and write the leaderboard; with `names`, name students in it.

    Raises GradingError at the end if the grader itself failed on a submission.
    """
    with class_progress(console, options) as show:
        summary = run_board(class_folder, options, show)
    networks = ranked(summary.iter_results())
    known = dict.fromkeys((one.student for one in networks), "")
    pseudonyms = Pseudonyms(class_secret(class_folder), known | read_class(class_folder).names)
    shown = networks if names else without_names(networks, pseudonyms)
    paths = write_leaderboard(class_folder.root / NAME, shown)
    table = Table(title=TITLE)
    for heading in (*HEADINGS, *([] if names else ["in the files"])):
        table.add_column(heading, justify="right" if heading in ("rank", "parameters") else "left")
    for network in networks:
        hidden = [] if names else [pseudonyms.name(network.student)]
        table.add_row(*map(escape, [*table_row(network), *hidden]))
    console.print(table)
    for note in notes(networks):
        console.print(note, highlight=False)
    whose = "with names" if names else "with pseudonyms; --names writes names"
    console.print(f"Leaderboard, {whose}: {', '.join(map(str, paths))}", soft_wrap=True)
    failures = [*summary.failures, *summary.unreadable.values()]
    require_no_failures(failures, console, "network", "autograder improve")
