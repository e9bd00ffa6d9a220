"""The catalogue of misconceptions: found again in a message, explained by the lesson."""

import re
from pathlib import Path

import pytest
from support.places import ROOT

from course.checks import mistakes
from course.checks.failures import named
from course.checks.misconceptions import CATALOGUE, named_in, of_error, told

LESSON = ROOT / "course" / "lessons" / "lesson.py"


def test_ids_are_kebab_case_and_each_idea_is_one_line_of_its_own() -> None:
    ideas = [known.idea for known in CATALOGUE.values()]

    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in CATALOGUE)
    assert len(set(ideas)) == len(ideas)
    assert all("\n" not in idea and idea[-1] in ".?" for idea in ideas)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_id_is_found_again_in_a_message_that_was_wrapped(name: str) -> None:
    wrapped = str(named("gap", "the result has 3 axes.", name)).replace(" ", "\n  ")

    assert named_in(wrapped) == name


def test_a_message_without_an_idea_names_none() -> None:
    assert named_in("`gap`: 3 was expected, but the result is 4.") == ""


def test_every_section_that_is_pointed_to_is_a_heading_of_the_lesson() -> None:
    headings = re.findall(r"^# ## (?:\d+\. )?(.+)$", LESSON.read_text(encoding="utf-8"), re.M)
    sections = {known.section for known in CATALOGUE.values()} - {""}

    missing = {s for s in sections if not any(heading.startswith(s) for heading in headings)}

    assert missing == set()
    assert "(Lesson: “Pooling”)" in told("average-for-max")


def test_every_mistake_that_a_check_looks_for_is_in_the_catalogue() -> None:
    source = Path(mistakes.__file__).read_text(encoding="utf-8")
    names = re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)(?::[^"]*)?"', source)

    assert len(names) > 40
    assert set(names) <= set(CATALOGUE)


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
        ("unsupported operand type(s) for /: 'list' and 'float'", ""),
    ],
)
def test_an_error_of_the_learners_code_can_tell_the_misconception(message: str, name: str) -> None:
    assert of_error(message) == name
