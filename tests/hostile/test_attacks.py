"""Each attack is graded between two others: it earns what its answers deserve, they notice nothing.

`pytest tests/hostile -v` names each attack; the file of that name in `attacks/` shows it.
"""

import json
import os
import re
import site
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support import broken_files
from support.arena import (
    FULL_SCORE,
    MARK,
    WRONG_SCORE,
    Arena,
    Attack,
    Outcome,
    Trace,
    descendants,
    everything_in,
)

from autograder.build.answer_files import parse_answers
from autograder.build.script import CANARY
from autograder.pages.feedback.feedback_page import ClassPages

ATTACKS = Path(__file__).parent / "attacks"
ON_MODELS = {path.stem for path in ATTACKS.glob("*.py") if path.stem.startswith("model_")}

# One of each kind for every run; the others are long proofs.
QUICK = {
    "always_equal",
    "strips_asserts",
    "forged_reply",
    "exits_in_function",
    "daemon",
    "writes_gradebook",
    "malformed_messages",
    "duplicated_tests",
    "truncated_json",
    "symlink_to_source",
}
CELLS = {name: [4.0, 0.0] for name in broken_files.NOTEBOOKS} | {"other_kernel": [0.0, 0.0]}
FILES = {name: [0.0, 0.0] for name in (*broken_files.DOCUMENTS, *broken_files.FILES)}


def names(pattern: str) -> list[str]:
    return sorted(path.stem for path in ATTACKS.glob(pattern))


HOLES: dict[str, str] = {}
"""What still succeeds; each is to be mended and taken out of this list (`strict` sees to that)."""


def cases(these: list[str]) -> list[Any]:
    """Mark what is not run every time, and what is known to succeed."""
    slow = {name: [] if name in QUICK else [pytest.mark.slow] for name in these}
    holes = {name: [pytest.mark.xfail(strict=True, reason=why)] for name, why in HOLES.items()}
    return [
        pytest.param(name, marks=[*slow[name], *holes.get(name, [])], id=name) for name in these
    ]


def header(name: str) -> tuple[list[float], dict[str, Any]]:
    """Read what an attack deserves, and the limits it is to be held by, from its first lines."""
    text = (ATTACKS / f"{name}.py").read_text(encoding="utf-8")
    deserves = re.search(r"^# deserves: (.*)$", text, re.MULTILINE)
    limits = re.search(r"^# limits: (.*)$", text, re.MULTILINE)
    assert deserves, f"{name} does not say what it deserves"
    pairs = (word.split("=") for word in (limits[1].split() if limits else []))
    return [float(p) for p in deserves[1].split("+")], {key: float(value) for key, value in pairs}


@pytest.mark.parametrize("name", cases([n for n in names("*.py") if n not in ON_MODELS]))
def test_attack_in_code(name: str, arena: Arena, alone: Outcome, tmp_path: Path) -> None:
    text = (ATTACKS / f"{name}.py").read_text(encoding="utf-8")
    deserved, limits = header(name)

    outcome = run(arena, tmp_path, arena.fill(parse_answers(text)), limits)

    assert outcome.points == deserved, outcome.attacker.gaps
    assert_nobody_else_noticed(arena, outcome, alone)


@pytest.mark.parametrize("name", cases([*CELLS, *FILES]))
def test_attack_in_what_is_handed_in(
    name: str, arena: Arena, alone: Outcome, tmp_path: Path
) -> None:
    outcome = run(arena, tmp_path, broken_files.build(name, arena), {})

    assert outcome.points == (CELLS | FILES)[name], outcome.attacker
    assert bool(outcome.attacker.rejected) == (name in FILES or name == "other_kernel")
    assert_nobody_else_noticed(arena, outcome, alone)


@pytest.mark.parametrize("name", cases(sorted(ON_MODELS)))
def test_attack_on_models(name: str, cnn_arena: Arena, cnn_alone: Outcome, tmp_path: Path) -> None:
    text = (ATTACKS / f"{name}.py").read_text(encoding="utf-8")
    deserved, limits = header(name)

    outcome = run(cnn_arena, tmp_path, cnn_arena.fill(parse_answers(text)), limits)

    assert outcome.points == deserved, outcome.attacker.gaps
    assert_nobody_else_noticed(cnn_arena, outcome, cnn_alone)


def run(arena: Arena, tmp_path: Path, attack: Attack, limits: dict[str, Any]) -> Outcome:
    """Grade the three together; assert that the attack leaves nothing behind on this machine."""
    course = [arena.course.solutions, arena.course.exercises, arena.conditions.data]
    before, processes = everything_in(course), descendants(os.getpid())

    outcome = arena.grade(tmp_path / "class", attack, limits)

    assert outcome.failures == []
    assert outcome.attacker is not None
    assert everything_in(course) == before
    assert remaining(processes) == {}
    assert marks_left(arena, outcome) == []
    assert_nothing_hidden_is_shown(arena, outcome)
    return outcome


def assert_nobody_else_noticed(arena: Arena, outcome: Outcome, alone: Outcome) -> None:
    """Assert both other scores, and that everything else about them is what it is without eve."""
    assert score(outcome.honest) == FULL_SCORE[arena.assignment]
    assert score(outcome.wrong) == WRONG_SCORE[arena.assignment]
    assert outcome.honest == alone.honest
    assert outcome.wrong == alone.wrong
    # And the attacker's marks in the gradebook are the result's, with no manual one.
    marks = arena.marks(outcome.folder, "eve")
    assert {name: auto for name, auto, *_ in marks} == {
        f"test_{gap.exercise}": gap.score for gap in outcome.attacker.gaps
    }
    assert {manual for _, _, manual, *_ in marks} == {None}


def score(student: Trace) -> float:
    return sum(gap["score"] for gap in student.result["gaps"])


def remaining(before: dict[int, str]) -> dict[int, str]:
    """Name the processes below this one that were not there before; wait a little for them."""
    for _ in range(50):
        left = {p: c for p, c in descendants(os.getpid()).items() if p not in before}
        if not left:
            return {}
        reap(left)
        time.sleep(0.1)
    return left


def reap(processes: dict[int, str]) -> None:
    for process in processes:
        try:
            os.waitpid(process, os.WNOHANG)
        except ChildProcessError:
            continue


def marks_left(arena: Arena, outcome: Outcome) -> list[str]:
    """Look for the attackers' mark where they might have left it on the host."""
    own = outcome.folder.submitted / "eve"
    places = [
        *(Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), arena.conditions.data),
        *map(Path, site.getsitepackages()),
        arena.course.root,
        arena.course.root / "course",
        outcome.folder.root,
    ]
    found = [p for place in places if place.is_dir() for p in place.glob(f"*{MARK}*")]
    found += [p for p in (Path.home() / ".ipython").rglob("*.py") if MARK in p.read_text()]
    return [str(path) for path in found if not path.is_relative_to(own)]


def assert_nothing_hidden_is_shown(arena: Arena, outcome: Outcome) -> None:
    """Assert that no page, output, comment or CSV of the attacker's quotes a hidden test."""
    path = outcome.folder.autograded / "eve" / arena.assignment / f"{arena.assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    own = [c.source for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    comments = json.dumps([gap.message for gap in outcome.attacker.gaps])
    page = ClassPages(arena.course, outcome.folder).html("eve", arena.assignment)
    for text in (outputs, *own, comments, page):
        assert f"{CANARY}-{arena.assignment}" not in text
        assert "check.hidden(" not in text
        assert outcome.folder.root.joinpath(".secret").read_bytes().hex() not in text
    assert CANARY not in (outcome.folder.root / "grades.csv").read_text(encoding="utf-8")


def test_the_suite_has_more_than_forty_attacks() -> None:
    everything = [*names("*.py"), *CELLS, *FILES]

    assert len(everything) == len(set(everything)) >= 40
    assert set(everything) >= QUICK
    assert len(QUICK) == 10


@pytest.mark.parametrize("name", names("*.py"))
def test_each_attack_says_what_it_tries(name: str) -> None:
    first, *_ = (ATTACKS / f"{name}.py").read_text(encoding="utf-8").splitlines()

    assert re.fullmatch(r"# .{20,}\.", first)
    assert len(header(name)[0]) == (5 if name in ON_MODELS else 2)
