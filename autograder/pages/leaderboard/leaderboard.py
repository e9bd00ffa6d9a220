"""The leaderboard of `improve`: a run over a class, ranks with ties, and the table.

All networks of a class are shown the same hidden images, so two of them are compared image by
image: of the images on which they disagree, one classifies b correctly and the other c. If both
were equally good, b - c would be around 0 with a standard error of √(b + c) (McNemar's test). A
difference of less than two standard errors is a tie.
"""

import math
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np

from autograder.folders import ClassFolder, class_secret
from autograder.grading.class_run import ClassRun, Progress, Summary, no_progress
from autograder.grading.conditions import GradeOptions, prepare
from autograder.grading.places import ThisMachine
from autograder.grading.plan import find_submissions
from autograder.grading.results import SubmissionResult, exclusive, sweep
from autograder.grading.versions import key_of
from autograder.pages.leaderboard.scoring_notebook import (
    hidden_file,
    lay_out,
    read_score,
    scoring_source,
    unpack,
)
from autograder.pages.page_kinds import document, prose
from autograder.pages.pseudonyms import Pseudonyms
from course.document import html_table
from course.errors import GradingError
from course.files import csv_text, safe_cell, write_atomically
from course.lessons.improve_rules import BUDGET, NAME, standard_error
from course.notebook.cell_marks import mark_of
from course.notebook.verdict import STATUS_WORDS

_LONGEST = 200  # characters of what a student's error says

TIE = 2.0
"""Differences of fewer standard errors are ties."""


@dataclass
class RankedNetwork:
    """One network of the leaderboard."""

    student: str
    right: np.ndarray | None = None
    """Which hidden images it classifies correctly, (n,) of bool; None if it was not scored."""
    parameters: int = 0
    reason: str = ""
    """Why it was not scored."""
    flags: str = ""
    rank: int = 0
    """1 is the best; networks of equal rank are tied with the first of them. 0: not scored."""

    @property
    def accuracy(self) -> float:
        """The share of the hidden images that are classified correctly."""
        return float(np.mean(self.right)) if self.right is not None else 0.0

    @property
    def error(self) -> float:
        """One standard error of the accuracy."""
        return 0.0 if self.right is None else standard_error(self.accuracy, len(self.right))


def network_of(result: SubmissionResult) -> RankedNetwork:
    """Read the network's score, or why it has none, from a result."""
    flags = ";".join(sorted({flag.kind for flag in result.flags}))
    found = read_score(result.notebook)
    unfinished = unfinished_cell(result)
    if found is not None and not unfinished:
        return RankedNetwork(result.student, unpack(found), found["parameters"], flags=flags)
    messages = [
        gap.message or STATUS_WORDS[gap.status].label
        for gap in result.gaps
        if gap.status != "correct"
    ]
    reason = result.rejected or next(iter(messages), "") or unfinished or "It was not scored."
    return RankedNetwork(result.student, reason=" ".join(reason.split()), flags=flags)


def unfinished_cell(result: SubmissionResult) -> str:
    """Say what became of the first cell that raised an error or was stopped; "" if none did.

    Such a notebook is not ranked: nobody could run it again and get its network.
    """
    for cell in result.notebook.get("cells", []):
        if mark_of(cell).is_test:
            continue
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return shorten(f"A cell raised {output['ename']}: {output['evalue']}", _LONGEST)
    stopped = [flag for flag in result.flags if flag.kind.startswith("cell-")]
    return f"A cell was stopped ({stopped[0].kind.removeprefix('cell-')})." if stopped else ""


def without_names(networks: Iterable[RankedNetwork], pseudonyms: Pseudonyms) -> list[RankedNetwork]:
    """Return the same table with pseudonyms; the order tells nothing of the names either."""
    renamed = [
        replace(one, student=pseudonyms.name(one.student), reason=pseudonyms.text(one.reason))
        for one in networks
    ]
    return sorted(renamed, key=_place)


def _place(network: RankedNetwork) -> tuple[bool, float, int, str]:
    """Sort key of the table: the most accurate first, those without a score last."""
    return (network.right is None, -network.accuracy, network.parameters, network.student)


def ranked(results: Iterable[SubmissionResult]) -> list[RankedNetwork]:
    """Order the networks of a class by accuracy and rank them; those without a score come last."""
    networks = [network_of(result) for result in results]
    networks.sort(key=_place)
    scored = [network for network in networks if network.right is not None]
    first: RankedNetwork | None = None
    for place, network in enumerate(scored, start=1):
        if first is None or not tied(first, network):
            first, network.rank = network, place
        else:
            network.rank = first.rank
    return networks


def tied(one: RankedNetwork, other: RankedNetwork) -> bool:
    """Return whether the hidden images can't tell two scored networks apart."""
    assert one.right is not None and other.right is not None
    b, c = int(np.sum(one.right & ~other.right)), int(np.sum(other.right & ~one.right))
    return abs(b - c) < TIE * math.sqrt(b + c) or b == c


LIMITS: dict[str, Any] = {"cell_seconds": 600.0, "notebook_seconds": 600.0, "cpu_seconds": 2400}
"""Ten minutes for a notebook, as its text says."""


@dataclass(frozen=True)
class Board(ClassFolder):
    """The folder within a class folder that keeps the results of `improve` apart from the marks."""

    @property
    def submitted(self) -> Path:
        """What students handed in, which lies in the class folder with all the rest."""
        return self.root.parent / "submitted"


def run_board(
    class_folder: ClassFolder, options: GradeOptions, progress: Progress = no_progress
) -> Summary:
    """Run every `improve` that was handed in, unless its result on disk is current."""
    board = Board(class_folder.root / NAME)
    submissions = find_submissions(board, [NAME])
    if not submissions:
        raise GradingError(
            f"Nobody has handed in {NAME} in {board.submitted}.",
            f"It holds <student>/{NAME}/{NAME}.ipynb, as nbgrader collects them.",
        )
    secret = class_secret(class_folder)
    hidden = (class_folder.root / ".secret",)
    with (
        exclusive(board),
        prepare(options, secret, hidden) as preparation,
        ThreadPoolExecutor(options.jobs, "network") as executor,
    ):
        sweep(board)
        lay_out(preparation.data, secret)
        conditions = preparation.prove()
        sources = {NAME: scoring_source(hidden_file(conditions.data))}
        run = ClassRun(
            board,
            # The hidden images follow from the secret and the data, which are in the key already.
            keys={NAME: key_of(scoring_source("hidden"), conditions)},
            place=ThisMachine(executor, options.jobs, board.submitted, sources, conditions),
            new_result=[],
            kept_result=[],
            force=options.force,
            progress=progress,
            total=len(submissions),
        )
        return run.grade(submissions)


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
    return csv_text([COLUMNS, *map(_csv_row, networks)])


def _csv_row(network: RankedNetwork) -> tuple[object, ...]:
    """Write the values of `COLUMNS`."""
    scored = network.right is not None
    return (
        network.rank or "",
        safe_cell(network.student),
        f"{network.accuracy:.4f}" if scored else "",
        f"{network.error:.4f}" if scored else "",
        network.parameters or "",
        len(network.right) if network.right is not None else "",
        safe_cell(network.reason),
        network.flags,
    )


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
    """Take the meaning out of what Markdown and HTML would act on; quote code in a plain way."""
    text = " ".join(text.replace("`", "'").split())
    return re.sub(r"([\\`*_{}\[\]<>|#~&!])", r"\\\1", text).replace("\\<", "&lt;")


def as_html(networks: Sequence[RankedNetwork]) -> str:
    """Return the table as a page with the notes below it."""
    rows = [table_row(one) for one in networks]
    cells = [[rank, student, prose(outcome), size] for rank, student, outcome, size in rows]
    table = html_table(CAPTION, HEADINGS, cells)
    return document("leaderboard").render(title=TITLE, table=table, notes=notes(networks))
