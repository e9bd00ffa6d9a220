"""The checks that run in the notebooks: what was expected, what came, where to look."""

from course.checks import inputs as practice
from course.checks import mistakes, models
from course.checks.exercise import Exercise, exercise
from course.checks.failures import (
    CheckFailed,
    CodeRaised,
    HiddenCheckFailed,
    NotAttempted,
    NotDefined,
)

__all__ = [
    "CheckFailed",
    "CodeRaised",
    "Exercise",
    "HiddenCheckFailed",
    "NotAttempted",
    "NotDefined",
    "exercise",
    "mistakes",
    "models",
    "practice",
]
