"""Finds the course and the class that a verb works on: of our own form, or a stock nbgrader one."""

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.folders import ClassFolder, CourseFolder, find_class, find_course
from course.errors import CourseError, GradingError

if TYPE_CHECKING:
    from autograder.build.coursedir import AnyCourse

REFUSED = {
    "build": (
        "nbgrader makes its release",
        "Run `nbgrader generate_assignment ASSIGNMENT` in its folder.",
    ),
    "collect": (
        "nbgrader takes in what was handed in there",
        "Run `nbgrader zip_collect ASSIGNMENT` or `nbgrader collect ASSIGNMENT` in its folder.",
    ),
    "demo": (
        "the pretend class has no answers to its assignments",
        "Hand in a release as submitted/test/ASSIGNMENT/ and run `autograder grade`.",
    ),
    "improve": (
        "the open exercise belongs to the course on convolutions",
        "Run it in a checkout of convpool-course.",
    ),
    "new": (
        "its sources are notebooks",
        "Run `autograder new --notebook NAME`.",
    ),
    "solutions": (
        "this compares the two models of the course on convolutions",
        "`autograder grade` runs the reference solutions of what it grades.",
    ),
}
"""Why a verb does not work in a stock course, and what to do instead."""


def course_and_class(
    course: Path | None, class_folder: Path | None
) -> "tuple[AnyCourse, ClassFolder]":
    """Return the course and its class. A stock course has its class in its own folder."""
    from autograder.build.coursedir import find_any_course

    found = find_any_course(course)
    if isinstance(found, CourseFolder):
        return found, find_class(class_folder)
    if class_folder and class_folder.resolve() != found.class_folder.root:
        raise GradingError(
            f"--class does not work in {found.root}: the class of an ordinary nbgrader course "
            "lies in the course's own folder.",
            "Leave out --class, or name the course's folder with --course.",
        )
    return found, found.class_folder


def own_course(verb: str, course: Path | None) -> CourseFolder:
    """Return a course of this project's own form; refuse a stock one, with what to do instead."""
    refuse_stock(verb, course)
    return find_course(course)


def refuse_stock(verb: str, course: Path | None) -> None:
    """Raise CourseError if the folder holds a stock course, in which `verb` does not work."""
    from autograder.build.coursedir import find_stock_course

    stock = find_stock_course(course)
    if stock is not None:
        why, next_step = REFUSED[verb]
        raise CourseError(
            f"`autograder {verb}` does not work in {stock.root}, an ordinary nbgrader course: "
            f"{why}.",
            next_step,
        )
