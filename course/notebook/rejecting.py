"""The error for a notebook that cannot be read or graded."""

from course.notebook.tampering import one_line


class Rejected(Exception):
    """A submission that cannot be graded: that student's result; the class run goes on."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one printable line of at most 600 characters."""
        self.reason = one_line(reason, limit=600)
        super().__init__(self.reason)
