"""How valid the marks are: the whole bank by every way that an answer gets a verdict.

`python tests/benchmarks/validity.py [--anew] [ASSIGNMENT …]` prints the tables; `make validity`
runs it. The answers of different gaps share a notebook, so that the graders have few to run.
Verdicts are kept as they come: a run that was stopped goes on, and one after a change in an answer
makes only the verdicts on that answer. A change in the code makes all anew, as `--anew` does.
"""

import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from itertools import chain
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from support.bank import Entry, entries, packed
from support.bank_ways import (
    Outcome,
    Way,
    by_autograder,
    by_course_check,
    by_notebook,
    by_stock,
    in_process,
)
from support.contract import POINTS
from support.verdict_record import FOLDER, VerdictRecord, conditions

NEEDED = 0.92
NOTEBOOKS_OF_A_JOB = 12
"""Enough that starting a grader costs little, and few enough that a stop loses little."""
BEFORE_GRADING: dict[str, Way] = {"in the notebook": by_notebook, "course check": by_course_check}
GRADING: dict[str, Way] = {
    "in one process": in_process,
    "autograder grade": by_autograder,
    "stock nbgrader": by_stock,
}
Results = dict[str, list[Outcome]]
"""Outcomes by the name of the way."""


class Job(NamedTuple):
    """A few notebooks of answers, of one assignment, to go one way."""

    way: str
    chosen: list[Entry]


def jobs(ways: Iterable[str], chosen: list[Entry], record: VerdictRecord) -> list[Job]:
    """Cut what the record does not hold into jobs; the longest first, so that all end together."""
    found = []
    for assignment in reversed(POINTS):
        for way in ways:
            waiting = [
                entry
                for entry in chosen
                if entry.assignment == assignment and record.find(way, entry) is None
            ]
            notebooks = [filled.values() for _, filled in packed(waiting)]
            for first in range(0, len(notebooks), NOTEBOOKS_OF_A_JOB):
                some = notebooks[first : first + NOTEBOOKS_OF_A_JOB]
                found.append(Job(way, list(chain.from_iterable(some))))
    return found


def judge_all(ways: dict[str, Way], chosen: list[Entry], record: VerdictRecord) -> Results:
    """Go every way that the record does not hold, two at a time, and keep each verdict in it."""
    todo = jobs(ways, chosen, record)
    with ProcessPoolExecutor(2, max_tasks_per_child=1, initializer=_silence) as pool:
        running = {pool.submit(ways[job.way], job.chosen): job for job in todo}
        follow(running, record)
    found = {way: [record.find(way, entry) for entry in chosen] for way in ways}
    return {way: [o for o in outcomes if o is not None] for way, outcomes in found.items()}


def follow(running: dict[Future[list[Outcome]], Job], record: VerdictRecord) -> None:
    """Keep verdicts as they come, and say how far the run is; raise the first error at the end."""
    started, done = time.monotonic(), 0
    every = sum(len(job.chosen) for job in running.values())
    errors = []
    for future in as_completed(running):
        job = running[future]
        done += len(job.chosen)
        if (error := future.exception()) is not None:
            errors.append(error)
            print(f"{job.way}, {job.chosen[0].name} …: {error!r}", flush=True)
            continue
        record.keep(job.way, future.result())
        spent = time.monotonic() - started
        print(
            f"{done:5} of {every} verdicts, {spent / 60:.1f} minutes, about "
            f"{spent / 60 * (every - done) / done:.0f} more: {job.way}, {job.chosen[0].assignment}",
            flush=True,
        )
    if errors:
        raise errors[0]


def _silence() -> None:
    """Drop what kernels and TensorFlow log; an exception still reaches the caller."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def named_share(outcomes: list[Outcome]) -> float:
    """Share of the wrong answers whose misconception is named rightly."""
    wrong = [outcome for outcome in outcomes if not outcome.entry.right]
    return sum(outcome.named for outcome in wrong) / len(wrong) if wrong else 1.0


def disagreements(results: Results) -> list[str]:
    """List the answers that do not get the same verdict everywhere, each with what differs."""
    by_name = {
        way: {outcome.entry.name: outcome for outcome in outcomes}
        for way, outcomes in results.items()
    }
    names = sorted({name for found in by_name.values() for name in found})
    found = [(name, difference({way: by_name[way][name] for way in results})) for name in names]
    return [f"{name}: {what}" for name, what in found if what]


def difference(found: dict[str, Outcome]) -> str:
    """Say how one answer's verdicts differ; "" if they agree.

    Marks agree in points and name. What a learner sees agrees among itself; it fails no answer
    that gets all its points, and names what the mark names where that comes from a visible check.
    """
    seen = [found[way] for way in BEFORE_GRADING if way in found]
    marks = [found[way] for way in GRADING if way in found]
    for group in (seen, marks):
        if any(_verdict(one) != _verdict(group[0]) for one in group):
            return _told(found)
    for one in seen if marks else []:
        if one.score < marks[0].score - 1e-4:
            return f"fails before grading only; {_told(found)}"
        if _is_visible(marks[0]) and _verdict(one) != _verdict(marks[0]):
            return _told(found)
    return ""


def _verdict(outcome: Outcome) -> tuple[float, str]:
    """Return what must be the same; where other ids are true of an answer, its own stands for all.

    A way that can't see the reason, such as a cell below the check, may name nothing.
    """
    entry = outcome.entry
    alike = outcome.misconception in entry.also or (
        not outcome.misconception and "nothing" in entry.also
    )
    return round(outcome.score, 3), entry.misconception if alike else outcome.misconception


def _is_visible(mark: Outcome) -> bool:
    """Whether a mark was lost to a check that learners see."""
    return bool(mark.misconception) and "hidden one" not in " ".join(mark.message.split())


def _told(found: dict[str, Outcome]) -> str:
    return "; ".join(
        f"{way}: {one.score:g} {one.misconception or 'nothing'}" for way, one in found.items()
    )


def table(results: Results) -> Table:
    """Lay the counts out, a way a row; what a learner sees before grading accepts nothing."""
    drawn = Table(title="Validity of the marks over the bank of answers")
    drawn.add_column("verdict by")
    headings = ("wrong", "right", "false accepts", "false rejects", "misleading", "named")
    for heading in headings:
        drawn.add_column(heading, justify="right")
    for way, outcomes in results.items():
        right = sum(outcome.entry.right for outcome in outcomes)
        accepts = sum(outcome.false_accept for outcome in outcomes)
        counts = [
            str(len(outcomes) - right),
            str(right),
            f"({accepts} seen by hidden checks)" if way in BEFORE_GRADING else str(accepts),
            str(sum(outcome.false_reject for outcome in outcomes)),
            str(sum(outcome.misleading for outcome in outcomes)),
        ]
        drawn.add_row(way, *counts, "" if way in BEFORE_GRADING else f"{named_share(outcomes):.1%}")
    return drawn


def by_assignment(results: Results) -> Table:
    """Count for each assignment, over all ways; an answer that two ways misjudge counts twice."""
    drawn = Table(title="The same, an assignment a row")
    headings = ("wrong", "right", "false accepts", "false rejects", "misleading", "named", "differ")
    drawn.add_column("assignment")
    for heading in headings:
        drawn.add_column(heading, justify="right")
    for assignment in POINTS:
        ours = {
            way: [outcome for outcome in outcomes if outcome.entry.assignment == assignment]
            for way, outcomes in results.items()
        }
        every = [(way, outcome) for way, outcomes in ours.items() for outcome in outcomes]
        if not every:
            continue
        answers = [outcome.entry for outcome in next(iter(ours.values()))]
        right = sum(entry.right for entry in answers)
        counts = (
            len(answers) - right,
            right,
            sum(o.false_accept for way, o in every if way not in BEFORE_GRADING),
            sum(o.false_reject for _, o in every),
            sum(o.misleading for _, o in every),
            f"{min(named_share(ours[way]) for way in GRADING):.1%}",
            len(disagreements(ours)),
        )
        drawn.add_row(assignment, *map(str, counts))
    return drawn


def amiss(way: str, outcomes: list[Outcome]) -> list[str]:
    """List every outcome that is not what the bank says."""
    marked = way not in BEFORE_GRADING
    return [
        f"{o.entry.name}: {o.score:g} points of {o.entry.score:g} due, "
        f"named {o.misconception or 'nothing'}, not {o.entry.misconception or 'nothing'}"
        for o in outcomes
        if o.false_reject or o.misleading or (marked and (o.false_accept or not o.named))
    ]


def is_valid(results: Results) -> bool:
    """Tell whether no mark and no message is wrong, and enough mistakes are named."""
    every = [(way, o) for way, outcomes in results.items() for o in outcomes]
    return (
        not any(o.false_reject or o.misleading for _, o in every)
        and not any(o.false_accept for way, o in every if way not in BEFORE_GRADING)
        and all(named_share(results[way]) >= NEEDED for way in GRADING if way in results)
        and not disagreements(results)
    )


def main(arguments: list[str]) -> int:
    """Go every way, print the tables and what is amiss; 1 if the marks are not valid."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not os.environ.get("FASHION_MNIST_DIR"):
        os.environ["COURSE_DATA"] = "standin"
    console = Console(width=120)
    record = VerdictRecord(FOLDER, conditions())
    if "--anew" in arguments:
        record.forget()
    names = [name for name in arguments if name != "--anew"]
    chosen = [entry for entry in entries() if not names or entry.assignment in names]
    results = judge_all({**BEFORE_GRADING, **GRADING}, chosen, record)
    console.print(by_assignment(results))
    console.print(table(results))
    differing = disagreements(results)
    answers = len(next(iter(results.values())))
    console.print(f"same verdict everywhere: {answers - len(differing)} of {answers}")
    for line in differing:
        console.print(f"  differs: {line}")
    for way, outcomes in results.items():
        for line in amiss(way, outcomes):
            console.print(f"{way}: {line}")
    return int(not is_valid(results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
