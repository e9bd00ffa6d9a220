"""The catalogue of misconceptions: found again in a message, explained by the lesson."""

import re

import pytest
from support.places import ROOT

from course.checks.error_patterns import of_error
from course.checks.failures import failure_of
from course.checks.formulas import WRONG
from course.checks.misconceptions import (
    CATALOGUE,
    SECTIONS,
    explain,
    named_in,
    section_of,
)

LESSON = ROOT / "course" / "lessons" / "lesson.py"


def test_ids_are_kebab_case_and_each_idea_is_one_line_of_its_own() -> None:
    ideas = [known.idea for known in CATALOGUE.values()]

    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in CATALOGUE)
    assert len(set(ideas)) == len(ideas)
    assert all("\n" not in idea and idea[-1] in ".?" for idea in ideas)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_id_is_found_again_in_a_message_that_was_wrapped(name: str) -> None:
    wrapped = str(failure_of("gap", "the result has 3 axes.", name)).replace(" ", "\n  ")

    assert named_in(wrapped) == name


def test_a_message_without_an_idea_names_none() -> None:
    assert named_in("`gap`: 3 was expected, but the result is 4.") == ""


@pytest.mark.parametrize(
    ("misconception", "gap", "section"),
    [
        ("average-for-max", "", "4. Pooling: keep the strongest, drop the rest"),
        ("", "layer_shapes", "9. Reading model.summary() line by line"),
        ("returned-nothing", "max_pool2d", "4. Pooling: keep the strongest, drop the rest"),
        ("returned-nothing", "", ""),
        ("of-another-version", "a_gap_of_another_course", ""),
    ],
)
def test_the_section_to_read_is_the_misconceptions_else_the_gaps(
    misconception: str, gap: str, section: str
) -> None:
    assert section_of(misconception, gap) == section


def test_a_message_names_the_section_by_its_first_words() -> None:
    assert "(Lesson: “Pooling”)" in explain("average-for-max")
    assert "(Lesson: “What changed?”)" in explain("channel-axis-missing")
    assert "(Lesson: “Reading model.summary() line by line”)" in explain("one-bias")
    assert "(Lesson:" not in explain("returned-nothing")


def test_every_mistake_that_a_check_looks_for_is_in_the_catalogue() -> None:
    checks = ROOT / "course" / "checks"
    paths = (checks / "mistakes.py", checks / "map_mistakes.py")
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    names = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)(?::[^"]*)?"', source))
    of_formulas = {name for wrong in WRONG.values() for name, _ in wrong.values()} - {""}

    assert len(names) > 30
    assert len(of_formulas) > 15
    assert names | of_formulas <= set(CATALOGUE)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("cannot reshape array of size 24 into shape (60000,28,28,1)", "hard-coded-count"),
        ("cannot reshape array of size 24 into shape (28,28,1)", "hard-coded-size"),
        (
            'Input 0 of layer "conv2d" is incompatible with the layer: expected min_ndim=4, '
            "found ndim=3. Full shape received: (None, 28, 28)",
            "channel-axis-missing",
        ),
        ("cannot reshape array of size 45 into shape (2,9,5,1)", "hard-coded-size"),
        ("cannot reshape array of size 45 into shape (4,2,2,2)", "even-sizes-only"),
        (
            "setting an array element with a sequence. The requested array has an inhomogeneous "
            "shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part.",
            "ragged-rows",
        ),
        ("Cannot interpret '4' as a data type", "shape-not-a-tuple"),
        ("zeros() takes from 1 to 3 positional arguments but 4 were given", "shape-not-a-tuple"),
        ("convolve() takes from 1 to 3 positional arguments but 4 were given", ""),
        ("'float' object cannot be interpreted as an integer", "fraction-in-shape"),
        ("slice indices must be integers or None or have an __index__ method", "fraction-in-shape"),
        (
            "expected a sequence of integers or a single integer, got '3.0'",
            "fraction-in-shape",
        ),
        (
            "The truth value of an array with more than one element is ambiguous. "
            "Use a.any() or a.all()",
            "array-in-a-condition",
        ),
        ("'numpy.ndarray' object is not callable", "value-called"),
        ("'numpy.ndarray' object has no attribute 'expand_dims'", "function-of-numpy"),
        ("'numpy.ndarray' object has no attribute 'stacked'", ""),
        (
            "`scale_pixels(…)` is a builtin_function_or_method: it cannot be sent to the tests",
            "method-not-called",
        ),
        ("`scale_pixels(…)` is a generator: it cannot be sent to the tests", ""),
        ("axis 3 is out of bounds for array of dimension 3", "axis-not-there"),
        ("index 3 is out of bounds for axis 0 with size 3", "index-beyond-the-end"),
        ("can only specify one unknown dimension", "two-open-sizes"),
        ('can only concatenate tuple (not "int") to tuple', "shape-is-a-tuple"),
        ("'tuple' object has no attribute 'append'", "shape-is-a-tuple"),
        ("unsupported operand type(s) for /: 'list' and 'float'", ""),
    ],
)
def test_an_error_of_the_learners_code_can_tell_the_misconception(message: str, name: str) -> None:
    assert of_error(message) == name


SPOKEN_OF = {
    "scaling": ["255", "scale"],
    "channels": ["relu", "softmax", "Flatten", "channel", "epoch", "loss", "adam", "accuracy"],
    "input-4d": ["channel", "axis"],
    "padding-stride": ["padding", "stride"],
    "convolution": ["kernel", "multipl"],
    "kernels": ["edge"],
    "pooling": ["block", "largest"],
    "stride-pooling": ["stride", "pooling"],
    "output-size": ["26", "kernel"],
    "parameters": ["parameters", "bias"],
    "summary": ["None"],
    "cost": ["parameters", "epoch"],
}
"""Section → words without which a message could not send a learner there."""


def test_each_section_speaks_of_what_sends_a_learner_there() -> None:
    lesson = LESSON.read_text(encoding="utf-8")
    texts = {part.partition("\n")[0]: part for part in lesson.split("\n# ## ")[1:]}

    assert set(SPOKEN_OF) == set(SECTIONS)
    for section, words in SPOKEN_OF.items():
        missing = [word for word in words if word.lower() not in texts[SECTIONS[section]].lower()]
        assert missing == [], section


FILLERS = {"that", "this", "here", "with", "from", "like", "what", "them", "than", "only", "more"}


@pytest.mark.parametrize("name", [name for name, known in CATALOGUE.items() if known.section])
def test_the_section_of_a_misconception_has_words_of_its_idea(name: str) -> None:
    lesson = LESSON.read_text(encoding="utf-8").lower()
    texts = {part.partition("\n")[0]: part for part in lesson.split("\n# ## ")[1:]}
    known = CATALOGUE[name]
    words = set(re.findall(r"[a-z]{4,}|\d{2,}", known.idea.lower())) - FILLERS

    # Compared by their first letters: "scaled" and "scale".
    shared = {word for word in words if word[:5] in texts[SECTIONS[known.section].lower()]}

    assert len(shared) >= max(1, len(words) / 7), words - shared
