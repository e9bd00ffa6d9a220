"""Copies are found whatever was renamed or reordered; honest answers to one task are not."""

import random
import re
import textwrap
from time import process_time

import pytest

from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.results import SubmissionResult
from autograder.pages.similarity import similar_pairs as compare
from autograder.pages.similarity.fingerprints import fingerprints
from autograder.pages.similarity.similar_pairs import given_prints, rarity, similar, similar_pairs

CLASS = 300


def honest(draw: random.Random) -> dict[str, str]:
    """Write two gaps as somebody might: every choice is one that people do make."""
    pick = draw.choice
    i, j = pick(["ij", "rc", "yx", "ab"])
    out = pick(["out", "result", "fmap", "res"])
    height = pick(
        [
            "image.shape[0] - kernel.shape[0] + 1",
            "1 + image.shape[0] - kernel.shape[0]",
            "len(image) - len(kernel) + 1",
        ]
    )
    width = pick(["image.shape[1] - kernel.shape[1] + 1", "len(image[0]) - len(kernel[0]) + 1"])
    patch = pick(
        [
            f"image[{i}:{i} + kernel.shape[0], {j}:{j} + kernel.shape[1]]",
            f"image[{i}:{i} + kh, {j}:{j} + kw]",
        ]
    )
    total = pick(
        [
            "np.sum({p} * kernel)",
            "({p} * kernel).sum()",
            "np.sum(np.multiply({p}, kernel))",
            "float(np.tensordot({p}, kernel, 2))",
            "np.vdot({p}, kernel)",
        ]
    ).format(p=patch)
    make = pick(
        [
            f"{out} = np.zeros((h, w))",
            f"{out} = np.empty((h, w))",
            f"{out} = np.zeros([h, w], dtype=float)",
            f"{out} = np.zeros(shape=(h, w))",
        ]
    )
    steps = [f"h = {height}", f"w = {width}", "kh, kw = kernel.shape"]
    draw.shuffle(steps)
    inner = pick(
        [
            f"{out}[{i}, {j}] = {total}",
            f"{out}[{i}][{j}] = {total}",
            f"window = {patch}\n        {out}[{i}, {j}] = (window * kernel).sum()",
        ]
    )
    convolve = "\n".join(
        [
            "def convolve2d(image, kernel):",
            *(f"    {step}" for step in steps),
            f"    {make}",
            f"    for {i} in range(h):",
            f"      for {j} in range(w):",
            f"        {inner}",
            f"    return {out}",
        ]
    )
    count = pick(
        [
            "(kernel * kernel * channels + 1) * filters",
            "filters * kernel ** 2 * channels + filters",
            "filters * (channels * kernel * kernel) + filters",
            "kernel * kernel * channels * filters + filters",
        ]
    )
    name = pick(["n", "total", "weights"])
    body = pick([f"return {count}", f"{name} = {count}\n    return {name}"])
    return {
        "convolve2d": convolve,
        "count_parameters": f"def count_parameters(filters, kernel, channels):\n    {body}",
    }


UNUSUAL = {
    "convolve2d": textwrap.dedent('''
        def convolve2d(image, kernel):
            """Add up shifted images."""
            rows, columns = kernel.shape
            bottom = image.shape[0] - rows
            right = image.shape[1] - columns
            collected = 0.0
            for index in range(rows * columns):
                down, across = divmod(index, columns)
                shifted = image[down:bottom + down + 1, across:right + across + 1]
                collected = collected + kernel.flat[index] * shifted
            return collected  # the sum of all
        ''').strip(),
    "count_parameters": "def count_parameters(filters, kernel, channels):\n"
    "    return sum(1 + channels * pow(kernel, 2) for _ in range(filters))",
}


def renamed(cells: dict[str, str]) -> dict[str, str]:
    """Give every name another, change comments and layout."""
    names = [
        "rows",
        "columns",
        "bottom",
        "right",
        "collected",
        "index",
        "down",
        "across",
        "shifted",
    ]
    made = {}
    for cell, source in cells.items():
        for number, name in enumerate(names):
            source = re.sub(rf"\b{name}\b", f"v{number}", source)
        source = re.sub(r'""".*?"""', '"""Mine."""', source)
        made[cell] = re.sub(r"  # .*", "  # other words", source).replace(" + ", "+")
    return made


def reordered(cells: dict[str, str]) -> dict[str, str]:
    """Swap statements and the sides of sums, and the cells."""
    source = cells["convolve2d"]
    first = "    bottom = image.shape[0] - rows\n"
    source = source.replace(first, "").replace(
        "    collected = 0.0\n", f"    collected = 0.0\n{first}"
    )
    source = source.replace(
        "collected + kernel.flat[index] * shifted", "shifted * kernel.flat[index] + collected"
    )
    assert source != cells["convolve2d"]
    return {"count_parameters": cells["count_parameters"], "convolve2d": source}


def classroom(seed: int, size: int = CLASS) -> dict[str, dict[str, str]]:
    draw = random.Random(seed)
    return {f"student{number:03d}": honest(draw) for number in range(size)}


def pairs_of(written: dict[str, dict[str, str]], given=None) -> list:
    beside = ["import numpy as np"]
    prints = {student: fingerprints(cells, beside) for student, cells in written.items()}
    return similar_pairs(prints, given or {})[0]


@pytest.mark.parametrize(
    "change", [dict, renamed, reordered, lambda c: reordered(renamed_later(c))]
)
def test_a_copy_is_found_first_whatever_was_renamed_or_reordered(change) -> None:
    written = classroom(1) | {"zoe": UNUSUAL, "yan": change(UNUSUAL)}

    found = pairs_of(written)

    assert (found[0].first, found[0].second) == ("yan", "zoe")
    assert found[0].share > 0.5
    assert "convolve2d" in found[0].cells


def renamed_later(cells: dict[str, str]) -> dict[str, str]:
    """Rename only what reordering does not look for."""
    return {name: source.replace("across", "sideways") for name, source in cells.items()}


@pytest.mark.parametrize("seed", range(3))
def test_three_hundred_honest_answers_raise_next_to_no_alarm(seed: int) -> None:
    found = pairs_of(classroom(seed))

    # Of 44,850 pairs.
    assert len(found) <= 3, [(one.first, one.second, one.evidence) for one in found]


def test_it_is_the_rarity_that_keeps_honest_answers_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "rarity", lambda owners, students: 1.0)

    monkeypatch.setattr(compare, "MOST_PAIRS", 100_000)

    assert len(pairs_of(classroom(0))) > 1000


def test_what_everybody_was_given_counts_nothing() -> None:
    written = classroom(2, 40) | {"zoe": UNUSUAL, "yan": UNUSUAL}
    given = fingerprints(UNUSUAL, ["import numpy as np"])

    assert [one for one in pairs_of(written, given) if one.first == "yan"] == []


def test_what_many_share_is_no_evidence() -> None:
    written = classroom(3, 60) | {f"group{number}": UNUSUAL for number in range(12)}

    assert [one for one in pairs_of(written) if one.first.startswith("group")] == []
    assert rarity(2, 7) < rarity(2, 30) < rarity(2, 100) == 1
    assert rarity(2, 300) == 1 > rarity(5, 300) > rarity(20, 300) > rarity(30, 300) == 0


def test_a_copy_that_is_not_valid_python_is_found_by_its_tokens() -> None:
    broken = {name: f"{source}\n    if x ===\n" for name, source in UNUSUAL.items()}

    found = pairs_of(classroom(4, 60) | {"zoe": broken, "yan": renamed(broken)})

    assert [(one.first, one.second) for one in found][:1] == [("yan", "zoe")]


def test_a_chain_too_deep_for_a_tree_is_compared_all_the_same() -> None:
    assert fingerprints({"a": "x = " + "+".join(["1"] * 20_000)})
    assert fingerprints({"a": ""}) == {}


def test_three_hundred_are_compared_in_seconds() -> None:
    written = classroom(5)

    start = process_time()
    pairs_of(written)

    assert process_time() - start < 20  # two seconds on an idle machine


def test_results_are_compared_without_what_the_course_gives(course: CourseFolder, tmp_path) -> None:
    folder = ClassFolder(tmp_path)
    written = {"ada": UNUSUAL, "ben": renamed(UNUSUAL), **classroom(6, 12)}
    results = []
    for student, cells in written.items():
        made = SubmissionResult(student, "convolution", "", "pretend")
        made.notebook = {
            "cells": [
                {
                    "cell_type": "code",
                    "id": "setup",
                    "source": "import numpy as np",
                    "metadata": {"convpool": {"origin": "source"}},
                },
                *(
                    {"cell_type": "code", "id": name, "source": source, "metadata": {}}
                    for name, source in cells.items()
                ),
            ]
        }
        results.append(made)

    found = similar(course, folder, results).pairs

    assert [(name, one.first, one.second) for name, one in found] == [("convolution", "ada", "ben")]
    assert len(given_prints(course, folder)) > 100
