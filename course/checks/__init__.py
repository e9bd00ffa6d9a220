"""The checks that run in the notebooks: what was expected, what came, where to look."""

from course.checks import inputs, mistakes, models
from course.checks.examples import exercise
from course.checks.exercise import Exercise
from course.checks.failures import CheckFailed

__all__ = ["CheckFailed", "Exercise", "exercise", "inputs", "mistakes", "models"]
