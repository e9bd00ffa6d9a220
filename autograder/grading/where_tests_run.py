"""Decides, once for each ordinary test, where it runs: by running the reference solution.

A test runs outside the student's process, where nothing can forge its mark, if the reference
solution gets there what it gets inside, as nbgrader runs it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from autograder.build.stock_source import StockNotebook
from autograder.folders import ClassFolder
from autograder.grading.conditions import Conditions
from autograder.grading.ordinary_code import OrdinaryCode, read_ordinary_code, without
from autograder.grading.results import Key, SubmissionResult
from autograder.grading.stock_submission import TestPlaces, rebuilt_reference, run_rebuilt
from course.files import write_atomically
from course.notebook.cell_marks import mark_of

FAILS = "the reference solution fails it"
FAILS_OUTSIDE = "the reference solution passes it only in its own process"
REFERENCE = "the reference solution"


def places_of(
    notebook: StockNotebook,
    files: Mapping[str, Path],
    conditions: Conditions,
    class_folder: ClassFolder,
    key: Key,
) -> TestPlaces:
    """Return where a notebook's tests run; decided anew only when something in `key` changes."""
    kept = class_folder.root / ".test-places" / notebook.assignment / f"{notebook.name}.json"
    try:
        content = json.loads(kept.read_text(encoding="utf-8"))
        if content["key"] == key:
            return TestPlaces(**content["places"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing was decided yet, or the file is damaged
    places = decide_places(notebook, files, conditions)
    text = json.dumps({"key": key, "places": asdict(places)}, indent=1)
    write_atomically(kept, lambda file: file.write(text.encode()))
    return places


def digest_of_places(places: TestPlaces) -> str:
    """Digest where tests run: a result is out of date when that has changed."""
    return hashlib.sha256(json.dumps(asdict(places), sort_keys=True).encode()).hexdigest()


def decide_places(
    notebook: StockNotebook, files: Mapping[str, Path], conditions: Conditions
) -> TestPlaces:
    """Run the reference solution with its tests inside, then outside; compare.

    Tests depend on what others have done before, so the choice is run again as a whole, first to
    record where the reference solution has objects, then as a submission is run. If anything
    differs then, all tests run inside.
    """
    code = read_ordinary_code(notebook.source)
    if not (code.takes or code.refused):
        return TestPlaces()
    inside = _points(_run(notebook, files, conditions, TestPlaces()))
    marks = map(mark_of, notebook.source.cells)
    inside |= {one.grade_id: one.points for one in marks if one.grade_id in code.only_outside}
    reasons = {**code.refused, **{name: FAILS for name, score in inside.items() if not score}}
    candidates = {name: takes for name, takes in code.takes.items() if name not in reasons}
    while candidates:
        places = _places(candidates, reasons, code)
        result = _run(notebook, files, conditions, places, recording=True)
        if _points(result) == inside and any(result.objects.values()):
            places = replace(places, objects=result.objects)
            result = _run(notebook, files, conditions, places)
        found = _points(result)
        differing = {name for name in inside if found[name] != inside[name]}
        if not differing:
            return places
        more = _taken_instead([name for name in candidates if name in differing], candidates, code)
        if more:
            candidates |= more
            continue
        outside = differing & set(candidates) or _related(code, differing) & set(candidates)
        outside = outside or set(candidates)
        reasons |= {name: _reason(name, result) for name in outside}
        candidates = {name: taken for name, taken in candidates.items() if name not in outside}
    return _places({}, reasons, code)


def _taken_instead(
    failing: Sequence[str], candidates: dict[str, list[str]], code: OrdinaryCode
) -> dict[str, list[str]]:
    """Return what failing tests take if their objects are made in the student's process.

    Axes that a test has drawn here cannot be sent, nor instances of the source's classes. With the
    names of pyplot from there, or those of the classes, they are made there. A class is taken so
    by the first test that fails only: others may fail for what that one has not bound.
    """
    draw = [name for name in failing if set(code.drawing[name]) - set(candidates[name])]
    if draw:
        return {name: [*candidates[name], *code.drawing[name]] for name in draw}
    make = [name for name in failing if set(code.classes[name]) - set(candidates[name])]
    return {name: [*candidates[name], *code.classes[name]] for name in make[:1]}


def _reason(name: str, result: SubmissionResult) -> str:
    """Say what went wrong with a test outside."""
    [message] = [gap.message for gap in result.gaps if gap.exercise == name]
    return f"{FAILS_OUTSIDE}: {message}" if message else FAILS_OUTSIDE


def _related(code: OrdinaryCode, tests: set[str]) -> set[str]:
    """Return the tests before one of these that share names with it."""
    found: set[str] = set()
    for name in tests:
        before = list(code.names)[: list(code.names).index(name)]
        found |= {one for one in before if code.names[one] & code.names[name]}
    return found


def _places(
    outside: dict[str, list[str]], reasons: dict[str, str], code: OrdinaryCode
) -> TestPlaces:
    """Put together what is decided."""
    if not outside:
        return TestPlaces(inside=reasons)
    narrow = sorted(code.only_outside & set(outside))
    helpers = {name: without(code.helpers[name], taken) for name, taken in outside.items()}
    helpers = {name: text for name, text in helpers.items() if text}
    here, imports = code.here, code.imports
    return TestPlaces(outside, dict(reasons), here, imports, narrow=narrow, helpers=helpers)


def _run(
    notebook: StockNotebook,
    files: Mapping[str, Path],
    conditions: Conditions,
    places: TestPlaces,
    recording: bool = False,
) -> SubmissionResult:
    """Run the reference solution; `recording` tells where it has objects."""
    rebuilt = rebuilt_reference(notebook).notebook
    return run_rebuilt(
        notebook, rebuilt, REFERENCE, "", conditions, files, {}, places, recording=recording
    )


def _points(result: SubmissionResult) -> dict[str, float]:
    return {gap.exercise: gap.score for gap in result.gaps}
