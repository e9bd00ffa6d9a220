"""Marks don't depend on luck."""

import pytest
from benchmarks.luck import HONEST, ending_marks, marks
from support.kernel_endings import ENDS, GOES_ON, ending_grader, endings

from autograder.folders import CourseFolder

QUICK = {
    "exit(): in the gap",
    "exit(): in a cell before",
    "exit(): in the function",
    "do_shutdown: in the gap",
    "os._exit: in the gap",
    "stop the loop soon: in the gap",
    "kill the parent: in the gap",
    "kill all: in the gap",
    "SystemExit: in the gap",
}


@pytest.mark.measured
def test_an_honest_training_gets_all_the_points_whatever_the_seed() -> None:
    found = marks(times=2)  # `make luck`: twenty times

    assert len(HONEST) == 7
    assert len(found) == 8
    assert found == dict.fromkeys(found, [5.0] * 2)


@pytest.mark.parametrize(("forked", "times"), [(True, 4), (False, 1)], ids=["forked", "fresh"])
def test_the_end_of_a_kernel_costs_its_cell_and_nothing_else(
    course: CourseFolder, course_images: None, sandbox: object, forked: bool, times: int
) -> None:
    chosen = [ending for ending in endings() if ending.name in QUICK]

    with ending_grader(course, forked=forked) as grader:
        found = ending_marks(grader, chosen, times)

    assert len(chosen) == len(QUICK)
    assert found == {ending.name: {ending.points} for ending in chosen}


@pytest.mark.measured
@pytest.mark.parametrize("forked", [True, False], ids=["forked", "fresh"])
def test_every_way_to_end_a_kernel_gets_the_same_points_each_time(
    course: CourseFolder, course_images: None, sandbox: object, forked: bool
) -> None:
    with ending_grader(course, forked=forked) as grader:
        found = ending_marks(grader, endings(), 2 if forked else 1)  # `make luck`: twenty times

    assert len(found) == 2 * len(ENDS) + 5 + len(GOES_ON)
    assert found == {ending.name: {ending.points} for ending in endings()}


def test_the_message_names_what_ended_the_kernel(
    course: CourseFolder, course_images: None, sandbox: object
) -> None:
    ending = next(ending for ending in endings() if ending.name == "exit(): in the gap")

    with ending_grader(course, forked=False) as grader:
        result = grader.grade(ending)

    assert result.gaps[0].status == "error"
    assert result.gaps[0].message.startswith("`scale_pixels`: its own cell ended Python")
    assert "exit()" in result.gaps[0].message
    assert tuple(
        flag.kind for flag in result.flags if flag.kind in ("cell-died", "process-ended")
    ) == ("cell-died", "process-ended")
