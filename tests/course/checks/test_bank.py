"""Every answer of the bank gets the mark it must get, and its misconception is named."""

from collections import Counter
from typing import Any

import pytest
from support.bank import Entry, entries, judged

from course import load_data
from course.checks.misconceptions import CATALOGUE, named_in

QUICK = [entry for entry in entries() if entry.assignment != "cnn"]


def _of_cnn() -> list[Any]:
    """Mark as measured all but one for each misconception and four right ones for each gap."""
    seen: Counter[tuple[str, str]] = Counter()
    marked = []
    for entry in entries():
        if entry.assignment == "cnn":
            kind = entry.gap, "" if entry.right else entry.misconception or entry.name
            seen[kind] += 1
            more = seen[kind] > (4 if entry.right else 1)
            marks = [pytest.mark.measured] if more else []
            marked.append(pytest.param(entry, marks=marks, id=entry.name))
    return marked


CNN = _of_cnn()


@pytest.fixture(scope="module")
def notebook_names(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The names that the notebooks' locked cells define, on the small set that grading uses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "validate")
        patch.setenv("COURSE_DATA", "standin")
        (train_images, train_labels), (test_images, test_labels) = load_data()
        yield {
            "train_images": train_images,
            "train_labels": train_labels,
            "test_images": test_images,
            "test_labels": test_labels,
        }


def require_mark(entry: Entry, names: dict[str, Any]) -> None:
    verdict = judged(entry, names)

    assert verdict.score == pytest.approx(entry.score), verdict.said
    assert entry.allows(verdict.misconception), verdict.said
    assert entry.is_named_by(verdict.misconception), verdict.said
    # nbgrader's own results hold the message only.
    assert named_in(verdict.said) == verdict.misconception


@pytest.mark.parametrize("entry", QUICK, ids=lambda entry: entry.name)
def test_an_answer_gets_its_mark_and_its_misconception_is_named(
    entry: Entry, notebook_names: dict[str, Any]
) -> None:
    require_mark(entry, notebook_names)


@pytest.mark.parametrize("entry", CNN)
def test_an_answer_with_keras_gets_its_mark_and_its_misconception_is_named(
    entry: Entry, notebook_names: dict[str, Any]
) -> None:
    import tensorflow as tf

    require_mark(entry, {**notebook_names, "tf": tf})


def test_the_bank_is_as_large_as_it_should_be() -> None:
    count = Counter(entry.right for entry in entries())

    assert count[False] >= 400
    assert count[True] >= 140


def test_every_misconception_of_the_catalogue_is_somebodys() -> None:
    named = {entry.misconception for entry in entries()} - {""}

    assert named == set(CATALOGUE)
