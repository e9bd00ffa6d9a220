"""A submission that cannot be graded, as one line that its student and the instructor can read."""

from course.cells.flag import one_line


class Rejected(Exception):
    """A submission that cannot be graded: one student's result, never the end of the class."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one line, whatever the student's names and values in it are."""
        self.reason = one_line(reason, limit=600)
        super().__init__(self.reason)
