"""The errors that this project raises on purpose.

CourseError            something a person can fix; the message names it and the next command
├── DataError          the images are missing, corrupt, truncated or of the wrong shape
├── BuildError         a source, a release or the folder they go to cannot be used
├── QuizError          a question bank is malformed; the message names the file and the line
└── GradingError       the grader itself could not do its work; never a student's mistake

The command lines print such an error as one line and exit with status 2.
"""


class CourseError(Exception):
    """Something a person can fix: `message` says what is wrong, `next_step` what to do."""

    def __init__(self, message: str, next_step: str = "") -> None:
        """Join the two into the one line that the command lines print."""
        self.message = message
        self.next_step = next_step
        super().__init__(f"{message} {next_step}".strip())

    def _render_traceback_(self) -> list[str]:
        """Show one line in a notebook too: IPython calls this instead of drawing a traceback."""
        return [f"Error: {self}"]


class DataError(CourseError):
    """The images are missing, corrupt, truncated or of the wrong shape."""


class BuildError(CourseError):
    """A source, a release or the folder they go to cannot be used."""


class QuizError(CourseError):
    """A question bank is malformed; the message names the file and the line."""


class GradingError(CourseError):
    """The grader itself could not do its work; never a student's mistake."""
