"""Attacks are graded between two others: each earns what its answers deserve, they notice nothing.

A class has several attackers, who must not notice each other either.

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


ATTACKERS = 6
"""How many there are in a class: the other two and all around them are graded once for these."""

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


IN_CODE = [name for name in names("*.py") if name not in ON_MODELS]


@pytest.mark.parametrize("name", cases(IN_CODE))
def test_attack_in_code(name: str, arena: Arena, alone: Outcome, classes: "Classes") -> None:
    outcome = classes.with_attack(name, arena)

    assert outcome.points(student(name)) == header(name)[0], outcome.attackers[student(name)].gaps
    assert_nothing_hidden_is_shown(arena, outcome, student(name))
    assert_nobody_else_noticed(arena, outcome, alone, student(name))


@pytest.mark.parametrize("name", cases([*CELLS, *FILES]))
def test_attack_in_what_is_handed_in(
    name: str, arena: Arena, alone: Outcome, classes: "Classes"
) -> None:
    outcome = classes.with_attack(name, arena)

    attacker = outcome.attackers[student(name)]
    assert outcome.points(student(name)) == (CELLS | FILES)[name], attacker
    assert bool(attacker.rejected) == (name in FILES or name == "other_kernel")
    assert_nothing_hidden_is_shown(arena, outcome, student(name))
    assert_nobody_else_noticed(arena, outcome, alone, student(name))


@pytest.mark.parametrize("name", cases(sorted(ON_MODELS)))
def test_attack_on_models(
    name: str, cnn_arena: Arena, cnn_alone: Outcome, classes: "Classes"
) -> None:
    outcome = classes.with_attack(name, cnn_arena)

    assert outcome.points(student(name)) == header(name)[0], outcome.attackers[student(name)].gaps
    assert_nothing_hidden_is_shown(cnn_arena, outcome, student(name))
    assert_nobody_else_noticed(cnn_arena, outcome, cnn_alone, student(name))


def student(name: str) -> str:
    return f"eve-{name.replace('_', '-')}"


def kind_of(name: str) -> list[str]:
    """List the attacks that may stand in a class with this one."""
    if name in HOLES or (name not in CELLS | FILES and header(name)[1]):
        return [name]
    kind = next(k for k in (sorted(ON_MODELS), IN_CODE, [*CELLS, *FILES]) if name in k)
    return [n for n in kind if n not in HOLES and (n in CELLS | FILES or not header(n)[1])]


class Classes:
    """The classes of a session: an attack stands in one with the next of its kind."""

    def __init__(self, chosen: set[str], place: Path) -> None:
        self.chosen, self.place = chosen, place
        self.graded: dict[str, Outcome | AssertionError] = {}

    def with_attack(self, name: str, arena: Arena) -> Outcome:
        """Return the class of an attack; raises what is wrong with the whole of it."""
        if name not in self.graded:
            kind = [one for one in kind_of(name) if one in self.chosen]
            at = kind.index(name) // ATTACKERS * ATTACKERS
            group = kind[at : at + ATTACKERS]
            self.graded |= dict.fromkeys(group, self._grade(group, arena))
        outcome = self.graded[name]
        if isinstance(outcome, AssertionError):
            raise outcome
        return outcome

    def _grade(self, group: list[str], arena: Arena) -> Outcome | AssertionError:
        limits = header(group[0])[1] if group[0] not in CELLS | FILES else {}
        attacks = {student(name): attack(name, arena) for name in group}
        try:
            return run(arena, self.place / group[0], attacks, limits)
        except AssertionError as error:
            error.add_note(f"in the class of {', '.join(group)}")
            return error


@pytest.fixture(scope="module")
def classes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Classes:
    items = [one for one in request.session.items if one.path == request.path]
    chosen = {one.callspec.params["name"] for one in items if hasattr(one, "callspec")}
    return Classes(chosen, tmp_path_factory.mktemp("classes"))


def attack(name: str, arena: Arena) -> Attack:
    if name in CELLS | FILES:
        return broken_files.build(name, arena)
    text = (ATTACKS / f"{name}.py").read_text(encoding="utf-8")
    return arena.fill(parse_answers(text))


def run(arena: Arena, root: Path, attacks: dict[str, Attack], limits: dict[str, Any]) -> Outcome:
    """Grade a class; assert that the attacks leave nothing behind on this machine."""
    course = [arena.course.solutions, arena.course.exercises, arena.conditions.data]
    before, processes = everything_in(course), descendants(os.getpid())

    outcome = arena.grade(root, attacks, limits)

    assert outcome.failures == []
    assert outcome.attackers.keys() == attacks.keys()
    assert everything_in(course) == before
    assert remaining(processes) == {}
    assert marks_left(arena, outcome) == []
    return outcome


def assert_nobody_else_noticed(
    arena: Arena, outcome: Outcome, alone: Outcome, attacker: str
) -> None:
    """Assert both other scores, and that all else about them is what it is without attackers."""
    assert score(outcome.honest) == FULL_SCORE[arena.assignment]
    assert score(outcome.wrong) == WRONG_SCORE[arena.assignment]
    assert outcome.honest == alone.honest
    assert outcome.wrong == alone.wrong
    # And the attacker's marks in the gradebook are the result's, with no manual one.
    marks = arena.marks(outcome.folder, attacker)
    assert {name: auto for name, auto, *_ in marks} == {
        f"test_{gap.exercise}": gap.score for gap in outcome.attackers[attacker].gaps
    }
    assert {manual for _, _, manual, *_ in marks} == {None}


def score(known: Trace) -> float:
    return sum(gap["score"] for gap in known.result["gaps"])


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
    own = [outcome.folder.submitted / attacker for attacker in outcome.attackers]
    places = [
        *(Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), arena.conditions.data),
        *map(Path, site.getsitepackages()),
        arena.course.root,
        arena.course.root / "course",
        outcome.folder.root,
    ]
    found = [p for place in places if place.is_dir() for p in place.glob(f"*{MARK}*")]
    found += [p for p in (Path.home() / ".ipython").rglob("*.py") if MARK in p.read_text()]
    return [str(path) for path in found if not any(map(path.is_relative_to, own))]


def assert_nothing_hidden_is_shown(arena: Arena, outcome: Outcome, attacker: str) -> None:
    """Assert that no page, output, comment or CSV of the attacker's quotes a hidden test."""
    path = outcome.folder.autograded / attacker / arena.assignment / f"{arena.assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    own = [c.source for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    comments = json.dumps([gap.message for gap in outcome.attackers[attacker].gaps])
    page = ClassPages(arena.course, outcome.folder).html(attacker, arena.assignment)
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
