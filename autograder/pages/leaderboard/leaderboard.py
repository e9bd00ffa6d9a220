"""Every submission of a class through the grader; results are kept, as those of the marks are."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.folders import ClassFolder, class_secret
from autograder.gradebook.spreadsheet import safe_cell
from autograder.grading.class_run import Progress
from autograder.grading.conditions import GradeOptions, prepared
from autograder.grading.places import InFlight, find_submissions
from autograder.grading.results import Key, SubmissionResult, exclusive, put, sweep, up_to_date
from autograder.grading.submission_run import Conditions, grade_submission
from autograder.grading.versions import key_of
from autograder.pages.document import document
from autograder.pages.leaderboard.ranking import RankedNetwork
from autograder.pages.leaderboard.scoring_notebook import hidden_file, lay_out, scoring_source
from course.document import html_table
from course.errors import GradingError
from course.files import write_atomically
from course.lessons.improve_rules import BUDGET, NAME

LIMITS: dict[str, Any] = {"cell_seconds": 600.0, "notebook_seconds": 600.0, "cpu_seconds": 2400}
"""Ten minutes for a notebook, as its text says."""


@dataclass(frozen=True)
class Board(ClassFolder):
    """The part of a class folder for this exercise: its results stay apart from the marks."""

    @property
    def submitted(self) -> Path:
        """What students handed in lies with all the rest."""
        return self.root.parent / "submitted"


@dataclass
class Run:
    """What a run came to."""

    results: list[SubmissionResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Submissions that the grader itself failed on, each with the reason."""


def run_board(
    class_folder: ClassFolder,
    options: GradeOptions,
    progress: Progress = lambda what, done, total: None,
) -> Run:
    """Run every `improve` that was handed in, unless its result is there and up to date."""
    board = Board(class_folder.root / NAME)
    pending = find_submissions(board, [NAME])
    if not pending:
        raise GradingError(
            f"Nobody has handed in {NAME} in {board.submitted}.",
            f"It holds <student>/{NAME}/{NAME}.ipynb, as nbgrader collects them.",
        )
    secret = class_secret(class_folder)
    forbidden = (class_folder.root / ".secret",)
    board.root.mkdir(parents=True, exist_ok=True)

    def write(data: Path) -> None:
        lay_out(data, secret)

    with exclusive(board), prepared(options, secret, forbidden, write) as common:
        sweep(board)
        return _run_all(board, common, options, pending, progress)


def _run_all(
    board: Board,
    common: Conditions,
    options: GradeOptions,
    pending: list[tuple[str, str]],
    progress: Progress,
) -> Run:
    source = scoring_source(hidden_file(common.data))
    # The hidden images follow from the secret and the data, which the key has already.
    key = key_of(scoring_source("hidden"), common)
    run = Run()

    def work(student: str) -> SubmissionResult:
        kept = None if options.force else up_to_date(board, student, NAME, key)
        return kept or _graded(source, board, student, key, common)

    with ThreadPoolExecutor(options.jobs, "network") as executor:
        submit: Callable[[str], Future[SubmissionResult]] = lambda one: executor.submit(work, one)  # noqa: E731
        students = [student for student, _ in pending]
        for student, future in InFlight(students, submit, lambda: 2 * options.jobs).done():
            try:
                run.results.append(future.result())
                put(board, run.results[-1])
            except GradingError as error:
                run.failures.append(f"{NAME} of {student}: {error}")
            done = len(run.results) + len(run.failures)
            progress(f"network of {student}", done, len(pending))
    return run


def _graded(
    source: Any, board: Board, student: str, key: Key, common: Conditions
) -> SubmissionResult:
    result = grade_submission(source, board.submitted / student, student, NAME, common)
    result.key = key
    return result


COLUMNS = (
    "rank",
    "student",
    "accuracy",
    "standard_error",
    "parameters",
    "hidden_images",
    "reason",
    "flags",
)
HEADINGS = ("rank", "student", "accuracy on hidden images", "parameters")
CAPTION = "Networks, the most accurate first"
TITLE = f"Improve: the best network within {BUDGET:,} parameters"


def write_leaderboard(folder: Path, networks: Sequence[RankedNetwork]) -> list[Path]:
    """Write leaderboard.csv, .md and .html, each whole; return their paths."""
    texts = {"csv": as_csv(networks), "md": as_markdown(networks), "html": as_html(networks)}
    paths = []
    for suffix, text in texts.items():
        path = folder / f"leaderboard.{suffix}"
        content = text.encode()
        write_atomically(path, lambda file, content=content: file.write(content))  # type: ignore[misc]
        paths.append(path)
    return paths


def notes(networks: Sequence[RankedNetwork]) -> list[str]:
    """Say how accurate the figures are."""
    scored = [network for network in networks if network.right is not None]
    if not scored:
        return ["No network was scored."]
    images = len(scored[0].right) if scored[0].right is not None else 0
    return [
        f"Accuracy on {images:,} images that no notebook has seen; ± is one standard error.",
        "All networks saw the same images and are compared image by image. Networks of equal "
        "rank are tied: they differ from the first of that rank by less than two standard errors "
        "of the difference.",
        "Training the same network from another random start moves its accuracy too, often by as "
        "much as the ± or more; the table can't show that.",
    ]


def table_row(network: RankedNetwork) -> tuple[str, str, str, str]:
    """Return the cells of one network, for people."""
    if network.right is None:
        return ("–", network.student, f"not scored: {network.reason}", "")
    accuracy = f"{network.accuracy:.1%} ± {100 * network.error:.1f}"
    return (str(network.rank), network.student, accuracy, f"{network.parameters:,}")


def as_csv(networks: Sequence[RankedNetwork]) -> str:
    """Write one row for each network that was handed in."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for network in networks:
        scored = network.right is not None
        row = {
            "rank": network.rank or "",
            "student": safe_cell(network.student),
            "accuracy": f"{network.accuracy:.4f}" if scored else "",
            "standard_error": f"{network.error:.4f}" if scored else "",
            "parameters": network.parameters or "",
            "hidden_images": len(network.right) if network.right is not None else "",
            "reason": safe_cell(network.reason),
            "flags": network.flags,
        }
        writer.writerow(row)
    return text.getvalue()


def as_markdown(networks: Sequence[RankedNetwork]) -> str:
    """Write a table with the notes below it."""
    rows = [
        HEADINGS,
        ("---:", "---", "---", "---:"),
        *(map(_escaped, table_row(one)) for one in networks),
    ]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return "\n\n".join([f"# {TITLE}", table, *notes(networks)]) + "\n"


def _escaped(text: str) -> str:
    """Take the meaning out of what Markdown and HTML would act on."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&!])", r"\\\1", text).replace("\\<", "&lt;")


def as_html(networks: Sequence[RankedNetwork]) -> str:
    """Return the table as a page with the notes below it."""
    table = html_table(CAPTION, HEADINGS, [table_row(network) for network in networks])
    return document("leaderboard").render(title=TITLE, table=table, notes=notes(networks))
