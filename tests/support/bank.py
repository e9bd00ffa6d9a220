"""The bank of right and wrong answers in tests/submissions: what each stands for and must get.

An answer is a py:percent script as `autograder.build.answer_files` reads it. Its first cell is
text:

    # %% [markdown]
    # misconception: scaled-by-256        (wrong answers: an id of the catalogue, empty for none)
    # also: not-scaled, nothing           (more ids that are true; "nothing": no id will do)
    # score: 0                            (points it must get)
    # road: np.newaxis                    (right answers: how it is done)

A cell without a gap after the answer stands at the end of the notebook, below all checks.
"""

import linecache
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import TransformerManager
from support.contract import ALL_POINTS, OWNER_OF
from support.gap_cells import Judgment, judge_in
from support.places import SUBMISSIONS

from autograder.build.answer_files import Answers, parse_answers
from course.checks.failures import own_cell_raised


@dataclass(frozen=True)
class Entry:
    """One answer of the bank."""

    path: Path
    right: bool
    gap: str
    misconception: str
    also: tuple[str, ...]
    score: float
    answers: Answers

    @property
    def assignment(self) -> str:
        return OWNER_OF[self.gap]

    @property
    def name(self) -> str:
        return f"{self.gap}-{self.path.stem}"

    def allows(self, misconception: str) -> bool:
        """Whether a message may name this: it is true of the answer; "" names nothing."""
        return misconception in ("", self.misconception, *self.also)

    def is_named_by(self, misconception: str) -> bool:
        """Whether this names the answer's mistake; "" is enough where no id is known for it."""
        known = (self.misconception, *self.also)
        return misconception in known or (not misconception and "nothing" in known)


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
    head = dict(re.findall(r"^# (\w+): *(.*)$", text.partition("\n\n")[0], re.M))
    gap, right = path.parent.name, path.parts[-3] == "right"
    full = ALL_POINTS[OWNER_OF[gap]][gap]
    score = full if right else float(head["score"])
    also = tuple(re.findall(r"[\w-]+", head.get("also", "")))
    return Entry(path, right, gap, head.get("misconception", ""), also, score, parse_answers(text))


def judged(entry: Entry, names: dict[str, Any]) -> Judgment:
    """Run an answer and its test cell in this process; `names` are those of the locked cells."""
    namespace: dict[str, Any] = {"np": np, **names}
    for source in entry.answers.own_cells.get(entry.gap, []):
        exec(compile(source, "<ipython-input-answer>", "exec"), namespace)
    error = _error_of_cell(entry.answers.gaps[entry.gap], namespace)
    judgment = judge_in(namespace, entry.assignment, entry.gap)
    if error is None or judgment.score:
        return judgment
    failure = own_cell_raised(entry.gap, type(error).__name__, str(error))
    return Judgment(0.0, str(failure), failure.misconception, type(failure).__name__)


def _error_of_cell(source: str, namespace: dict[str, Any]) -> Exception | None:
    """Run a learner's cell as IPython does, magics and all; return what it raised."""
    # So that a message can quote the line, as in a notebook.
    lines = source.splitlines(keepends=True)
    linecache.cache["<ipython-input-answer>"] = len(source), None, lines, "<ipython-input-answer>"
    if "%%" in source:
        source = TransformerManager().transform_cell(source)
        namespace["get_ipython"] = lambda: _Magics(namespace)
    try:
        exec(compile(source, "<ipython-input-answer>", "exec"), namespace)
    except Exception as error:
        return error
    return None


class _Magics:
    """IPython's shell, as far as a cell's magics need it."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def run_line_magic(self, name: str, *_: object) -> None:
        raise UsageError(f"Line magic function `%{name}` not found.")

    def run_cell_magic(self, _name: str, _line: str, body: str) -> None:
        exec(compile(body, "<ipython-input-answer>", "exec"), self._namespace)


def packed(chosen_entries: Iterable[Entry]) -> list[tuple[Answers, dict[str, Entry]]]:
    """Put the answers of an assignment into as few notebooks as hold one answer for each gap."""
    waiting: dict[str, list[Entry]] = {}
    for entry in chosen_entries:
        waiting.setdefault(entry.gap, []).append(entry)
    notebooks = []
    while any(waiting.values()):
        chosen = {gap: found.pop(0) for gap, found in waiting.items() if found}
        answers = Answers()
        for gap, entry in chosen.items():
            answers.gaps[gap] = entry.answers.gaps[gap]
            for place, sources in entry.answers.own_cells.items():
                answers.own_cells.setdefault(place, []).extend(sources)
        notebooks.append((answers, chosen))
    return notebooks
