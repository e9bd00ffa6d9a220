"""The bank of right and wrong answers in tests/submissions: what each stands for and must get.

An answer is a py:percent script as `autograder.build.answer_files` reads it. Its first cell is
text:

    # %% [markdown]
    # misconception: scaled-by-256        (wrong answers: an id of the catalogue)
    # score: 0                            (points it must get)
    # road: np.newaxis                    (right answers: how it is done)
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from support.contract import ASSIGNMENT_OF, POINTS
from support.gap_cells import Judgment, judge_in
from support.places import SUBMISSIONS

from autograder.build.answer_files import Answers, parse_answers


@dataclass(frozen=True)
class Entry:
    """One answer of the bank."""

    path: Path
    right: bool
    gap: str
    misconception: str
    score: float
    answers: Answers

    @property
    def assignment(self) -> str:
        return ASSIGNMENT_OF[self.gap]

    @property
    def name(self) -> str:
        return f"{self.gap}-{self.path.stem}"


@cache
def entries() -> list[Entry]:
    """Read the whole bank."""
    return [
        _entry(path)
        for kind in ("wrong", "right")
        for path in sorted((SUBMISSIONS / kind).glob("*/*.py"))
    ]


def _entry(path: Path) -> Entry:
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (\w+): (.*)$", text.partition("\n\n")[0], re.M))
    gap, right = path.parent.name, path.parts[-3] == "right"
    full = POINTS[ASSIGNMENT_OF[gap]][gap]
    score = full if right else float(head["score"])
    return Entry(path, right, gap, head.get("misconception", ""), score, parse_answers(text))


def judged(entry: Entry, names: dict[str, Any]) -> Judgment:
    """Run an answer and its test cell in this process; `names` are those of the locked cells."""
    namespace: dict[str, Any] = {"np": np, **names}
    run_answer(entry, namespace)
    return judge_in(namespace, entry.assignment, entry.gap)


def run_answer(entry: Entry, namespace: dict[str, Any]) -> None:
    """Run an answer's cells with these names."""
    for source in [*entry.answers.own_cells.get(entry.gap, []), entry.answers.gaps[entry.gap]]:
        exec(compile(source, "<ipython-input-answer>", "exec"), namespace)


def packed(assignment: str) -> list[tuple[Answers, dict[str, Entry]]]:
    """Put the answers of an assignment into as few notebooks as hold one answer for each gap."""
    waiting: dict[str, list[Entry]] = {}
    for entry in entries():
        if entry.assignment == assignment:
            waiting.setdefault(entry.gap, []).append(entry)
    notebooks = []
    while any(waiting.values()):
        chosen = {gap: found.pop(0) for gap, found in waiting.items() if found}
        answers = Answers()
        for gap, entry in chosen.items():
            answers.gaps[gap] = entry.answers.gaps[gap]
            answers.own_cells |= entry.answers.own_cells
        notebooks.append((answers, chosen))
    return notebooks
