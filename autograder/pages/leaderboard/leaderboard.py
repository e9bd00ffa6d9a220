"""Every submission of a class through the grader; results are kept, as those of the marks are."""

import csv
import html
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
from autograder.pages.leaderboard.scoring_notebook import NAME, hidden_file, lay_out, scoring_source
from autograder.pages.leaderboard.standing import Entry
from course.errors import GradingError
from course.files import write_atomically
from course.lessons.improve_rules import BUDGET

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


# The table as CSV for a program, Markdown for a chat or a wiki, HTML for a browser.


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
TITLE = f"Improve: the best network within {BUDGET:,} parameters"


def write_leaderboard(folder: Path, entries: Sequence[Entry]) -> list[Path]:
    """Write leaderboard.csv, .md and .html, each whole; return their paths."""
    texts = {"csv": as_csv(entries), "md": as_markdown(entries), "html": as_html(entries)}
    paths = []
    for suffix, text in texts.items():
        path = folder / f"leaderboard.{suffix}"
        content = text.encode()
        write_atomically(path, lambda file, content=content: file.write(content))  # type: ignore[misc]
        paths.append(path)
    return paths


def notes(entries: Sequence[Entry]) -> list[str]:
    """Say what the figures are worth."""
    scored = [entry for entry in entries if entry.right is not None]
    if not scored:
        return ["No network was scored."]
    images = len(scored[0].right) if scored[0].right is not None else 0
    return [
        f"Accuracy on {images:,} images that no notebook has seen; ± is one standard error.",
        "All networks saw the same images and are compared image by image. Those of equal rank are "
        "tied: they differ from the first of that rank by less than two standard errors of the "
        "difference.",
        "Training the same network from another random start moves its accuracy too, often by as "
        "much as the ± or more; the table can't show that.",
    ]


def cells(entry: Entry) -> tuple[str, str, str, str]:
    """Write one entry as a person reads it."""
    if entry.right is None:
        return ("–", entry.student, f"not scored: {entry.reason}", "")
    accuracy = f"{entry.accuracy:.1%} ± {100 * entry.error:.1f}"
    return (str(entry.rank), entry.student, accuracy, f"{entry.parameters:,}")


def as_csv(entries: Sequence[Entry]) -> str:
    """Write one row for each network that was handed in."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        scored = entry.right is not None
        row = {
            "rank": entry.rank or "",
            "student": safe_cell(entry.student),
            "accuracy": f"{entry.accuracy:.4f}" if scored else "",
            "standard_error": f"{entry.error:.4f}" if scored else "",
            "parameters": entry.parameters or "",
            "hidden_images": len(entry.right) if entry.right is not None else "",
            "reason": safe_cell(entry.reason),
            "flags": entry.flags,
        }
        writer.writerow(row)
    return text.getvalue()


def as_markdown(entries: Sequence[Entry]) -> str:
    """Write a table with the notes below it."""
    rows = [HEADINGS, ("---:", "---", "---", "---:"), *(map(_escaped, cells(e)) for e in entries)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return "\n\n".join([f"# {TITLE}", table, *notes(entries)]) + "\n"


def _escaped(text: str) -> str:
    """Take the meaning out of what Markdown and HTML would act on."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&!])", r"\\\1", text).replace("\\<", "&lt;")


def as_html(entries: Sequence[Entry]) -> str:
    """Write a page of its own: no script, nothing from elsewhere."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells(entry)) + "</tr>"
        for entry in entries
    )
    remarks = "\n".join(f"<p>{html.escape(note)}</p>" for note in notes(entries))
    return _PAGE.format(title=html.escape(TITLE), head=head, body=body, notes=remarks)


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1c1e; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #767676; padding: .4rem .6rem; text-align: left; }}
td:first-child, td:last-child {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
{notes}
</main>
</body>
</html>
"""
