"""The submissions that a page could not be made of: the pages of all others are written."""

from dataclasses import dataclass

from course.errors import GradingError
from course.notebook.tampering import one_line


@dataclass(frozen=True)
class LeftOut:
    """A submission that stands on no page, or not in a comparison, and why."""

    student: str
    assignment: str
    reason: str
    """The error, as one line."""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.assignment} of {self.student}, because {self.reason}"


def left_out_by(error: Exception, student: str, assignment: str) -> LeftOut:
    """Say which error a submission caused. An error of the disk is raised again."""
    if isinstance(error, OSError | GradingError):
        raise error
    reason = one_line(f"{type(error).__name__}: {error}", 200)
    return LeftOut(student, assignment, reason)


def require_all(left_out: list[LeftOut], made: str, command: str) -> None:
    """Raise GradingError that names what was left out, after everything else was written."""
    if left_out:
        raise GradingError(
            f"{len(left_out)} could not be {made}: {'; '.join(map(str, left_out))}.",
            f"Look at these notebooks, then run `autograder {command}` again.",
        )
