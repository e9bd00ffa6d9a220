"""Where the tests find the checkout, and what lies in it."""

from pathlib import Path

from autograder.folders import CourseFolder

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
COURSE = CourseFolder(ROOT)
SUBMISSIONS = TESTS / "submissions"
