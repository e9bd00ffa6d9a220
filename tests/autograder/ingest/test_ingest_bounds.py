"""Reading what was handed in takes linear time and ends in a notebook or a reason, nothing else."""

import json
import tempfile
from pathlib import Path
from time import process_time

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.growing_text import (
    UNITS,
    cells_of,
    grown,
    notebook_bytes,
    one_in_three,
    takes_linear_time,
)
from support.places import ROOT
from support.rebuilding import rebuild

from autograder.grading.taking_in import found_in, lay_out, take_in_there
from autograder.ingest.attempts import scan
from autograder.pages.feedback.student_cells import student_cells
from autograder.pages.quiz_answers import chosen
from autograder.pages.similarity.fingerprints import fingerprints
from autograder.pages.similarity.similar_pairs import split_cells
from course.notebook.answer_modules import gaps_with_taken_answers
from course.notebook.nodes import as_nodes
from course.notebook.parsing import read_cells
from course.notebook.rejecting import Rejected
from course.notebook.skimming import skim

SOURCE = nbformat.read(ROOT / "solutions" / "reshape" / "reshape.ipynb", as_version=4)
RELEASE = (ROOT / "exercises" / "reshape" / "reshape.ipynb").read_bytes()


def read(content: bytes) -> None:
    """Do all that is done with a notebook before it is run."""
    try:
        parsed = read_cells(content, with_runs=True)
    except Rejected:
        return
    rebuilt = rebuild(SOURCE, parsed.notebook).notebook
    scan(rebuilt)
    gaps_with_taken_answers(rebuilt.cells)


def ingested(text: str) -> None:
    """Read a text as cells of two sizes, and as the bytes of a file."""
    for number in (1, 200):
        read(notebook_bytes(cells_of(text, number, 50_000)))
    read(text.encode("utf-8", "replace"))


def skimmed(text: str) -> None:
    """Skim a text that stands in a string, in an open one, and in none."""
    content = text.encode("utf-8", "replace")
    for one in (content, b'"' + content, b'{"outputs": [' + content, b'{"outputs": ["' + content):
        try:
            skim(one)
        except Rejected:
            continue


@pytest.mark.parametrize("unit", one_in_three(0))
def test_taking_in_any_text_takes_linear_time(unit: str) -> None:
    takes_linear_time(ingested, unit, 10_000, seconds=4)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_skimming_takes_linear_time(unit: str) -> None:
    takes_linear_time(skimmed, unit, 200_000, seconds=4)


@pytest.mark.slow
@pytest.mark.parametrize("unit", list(UNITS.values())[::6], ids=list(UNITS)[::6])
def test_taking_in_the_largest_notebooks_takes_linear_time(unit: str) -> None:
    takes_linear_time(ingested, unit, 200_000, seconds=40)


def test_a_string_that_is_never_closed_is_skimmed_once() -> None:
    start = process_time()
    skim(b'"' + rb"\"" * 5_000_000)

    assert process_time() - start < 3


@pytest.mark.parametrize("borrowing", ["import course as a{}", "from course.quiz import a as b{}"])
def test_many_imports_and_many_cells_are_not_multiplied(borrowing: str) -> None:
    imports = "\n".join(borrowing.format(n) for n in range(600))
    content = notebook_bytes([imports, *(f"checks{n}" for n in range(2000))])
    start = process_time()

    read(content)

    assert process_time() - start < 8


@pytest.mark.parametrize(
    "content",
    [
        b'{"nbformat": 4, "metadata": {}, "cells": [' + b'{"a": 1, "a": 2},' * 300_000 + b"{}]}",
        b'{"nbformat": 4, "metadata": {}, "cells": [], "x": [' + b"[]," * 2_000_000 + b"0]}",
        b'{"nbformat": 4, "metadata": {}, "cells": [{"outputs": ['
        + b"[]," * 2_000_000
        + b'0], "cell_type": "code", "source": "x = 1"}]}',
    ],
    ids=["repeated keys", "values", "outputs"],
)
def test_a_file_of_very_many_values_is_read_or_refused_within_seconds(content: bytes) -> None:
    start = process_time()
    read(content)

    assert process_time() - start < 15


@pytest.mark.parametrize("key", ["cell_type", "source", "id", "metadata", "outputs"])
def test_a_nested_value_in_a_cell_is_no_error(key: str) -> None:
    deep: object = []
    for _ in range(900):
        deep = [deep]
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [{"text": deep}]}
    cell["outputs"][0]["output_type"] = "stream"
    cell[key] = deep
    document = {"nbformat": 4, "metadata": {"kernelspec": deep}, "cells": [cell]}

    found = read_cells(json.dumps(document).encode(), with_runs=True)

    assert len(found.notebook.cells) == 1


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**350)
    | st.floats()
    | st.text(st.characters(), max_size=30)
    | st.builds(grown, st.sampled_from(list(UNITS.values())), st.integers(0, 300))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
NAMES = ["scale_pixels", "add_channel_axis", "test_scale_pixels", "own-01", "q1"]
MARKS = st.fixed_dictionaries(
    {},
    optional={
        "grade_id": st.sampled_from(NAMES) | VALUES,
        "grade": VALUES,
        "solution": VALUES,
        "locked": VALUES,
        "points": VALUES,
    },
)
CELLS = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | VALUES,
        "source": st.text(st.characters(), max_size=60) | VALUES,
    },
    optional={
        "id": st.sampled_from(NAMES) | VALUES,
        "metadata": st.fixed_dictionaries({"nbgrader": MARKS | VALUES}) | VALUES,
        "outputs": st.lists(VALUES, max_size=3) | VALUES,
        "execution_count": VALUES,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"cells": st.lists(CELLS | VALUES, max_size=6) | VALUES},
    optional={
        "nbformat": st.sampled_from([3, 4]) | VALUES,
        "metadata": VALUES,
        "worksheets": VALUES,
    },
)


def everything(content: bytes) -> None:
    """Hand in these bytes, and do what grading and its pages do with them as data."""
    with tempfile.TemporaryDirectory() as name:
        folder, rebuilt = Path(name), Path(name) / "rebuilt.json"
        lay_out(folder, content, SOURCE)
        found = take_in_there(folder, "reshape", rebuilt)
        assert found_in(folder) == found
        text = rebuilt.read_text(encoding="utf-8") if rebuilt.exists() else ""
    assert (text == "") == bool(found.rejected)
    assert found.rejected.isprintable() and all(one.evidence.isprintable() for one in found.flags)
    if not text:
        return
    notebook = as_nodes(json.loads(text))
    nbformat.validate(notebook)
    gaps_with_taken_answers(notebook.cells)
    fingerprints(*split_cells(notebook))
    for cell in student_cells(notebook, []):
        f"{cell.code}{cell.prose}".encode()
    for cell in notebook.cells:
        chosen(cell.source, "q1", True)
        chosen(cell.source, "q1", False)


def test_any_document(examples: int = 100) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(DOCUMENTS)
    def check(document: dict) -> None:
        everything(json.dumps({"nbformat": 4, "metadata": {}} | document).encode())

    check()


def test_any_bytes(examples: int = 100) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=300), st.integers(0, len(RELEASE)), st.integers(0, 300))
    def check(inserted: bytes, place: int, removed: int) -> None:
        everything(inserted)
        everything(RELEASE[:place] + inserted + RELEASE[place + removed :])

    check()


@pytest.mark.slow
def test_any_document_for_long() -> None:
    test_any_document(1000)


@pytest.mark.slow
def test_any_bytes_for_long() -> None:
    test_any_bytes(1000)
