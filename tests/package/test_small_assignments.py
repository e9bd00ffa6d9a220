"""The collection of small assignments: stated marks are those of running the cells in order."""

from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from support.courses.plain_run import plain_marks, plain_runs
from support.courses.small_assignments import (
    SmallAssignment,
    SmallCell,
    read_small_assignment,
    small_assignments,
)

PYTHON = [each for each in small_assignments() if each.is_python]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with plain_runs() as started:
        yield started


@pytest.mark.parametrize("assignment", PYTHON, ids=lambda each: each.name)
def test_each_answer_gets_the_marks_that_are_stated(
    assignment: SmallAssignment, pool: Pool
) -> None:
    stated = {each.name: assignment.expected(each) for each in assignment.answers}
    assert plain_marks(pool, assignment) == stated


@pytest.mark.parametrize("assignment", PYTHON, ids=lambda each: each.name)
def test_right_answers_have_full_marks_and_wrong_ones_have_not(assignment: SmallAssignment) -> None:
    full = {name: each.points for name, each in assignment.tests().items()}
    for given in assignment.answers:
        marks = assignment.expected(given)
        assert ({name: marks[name] for name in full} == full) == given.right, given.name
    assert [each.right for each in assignment.answers].count(True) >= 2
    assert [each.right for each in assignment.answers].count(False) >= 3


def test_the_collection_is_like_public_courses() -> None:
    tests: list[SmallCell] = [test for each in PYTHON for test in each.tests().values()]
    hidden = sum("BEGIN HIDDEN TESTS" in each.source for each in tests) / len(tests)
    outside = sum(not each.inside for each in tests) / len(tests)
    minors = {notebook.minor for each in PYTHON for notebook in each.notebooks}
    assert len(PYTHON) >= 40
    assert 0.42 < hidden < 0.48
    assert outside >= 0.93
    assert minors == {0, 1, 2, 3, 4, 5}
    assert [each.name for each in small_assignments() if not each.is_python] == ["r_course"]


@pytest.mark.parametrize("assignment", small_assignments(), ids=lambda each: each.name)
def test_a_source_is_written_as_nbgrader_reads_it(
    assignment: SmallAssignment, tmp_path: Path
) -> None:
    assignment.write_source(tmp_path)
    for notebook in assignment.notebooks:
        written = nbformat.read(tmp_path / f"{notebook.name}.ipynb", as_version=nbformat.NO_CONVERT)
        nbformat.validate(written)
        MetadataValidator().validate_nb(written)
        assert written.nbformat_minor == notebook.minor
        assert len(written.cells) == len(notebook.cells)
    for path, text in assignment.files.items():
        assert (tmp_path / path).read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=== notebook a\n%% exam: x\n", "'%% exam: x' is no head of a cell"),
        ("=== notebook a\n%% test 1: x 1\n", "'%% test 1: x 1' is no head of a cell"),
        ("=== notebook a\n%% test 1: x\n=== wrong b\ny = 0\n", "no cell is called 'y'"),
        ("=== solution\n", "no section is called 'solution'"),
    ],
)
def test_a_text_that_breaks_a_rule_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(f"Title\n{text}")
    with pytest.raises(ValueError, match=message):
        read_small_assignment(path)
