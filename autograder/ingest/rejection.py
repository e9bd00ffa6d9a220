"""A submission that cannot be graded, as one line that its student and the instructor can read."""

EVIDENCE_CHARACTERS = 120


class Rejected(Exception):
    """A submission that cannot be graded: one student's result, never the end of the class."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as one line, whatever the student's names and values in it are."""
        self.reason = one_line(reason, limit=600)
        super().__init__(self.reason)


def one_line(text: str, limit: int = EVIDENCE_CHARACTERS) -> str:
    """Return what a student wrote as one printable line of at most `limit` characters."""
    start = text[: 4 * limit]  # a student's text can be megabytes long
    printable = "".join(sign if sign.isprintable() else " " for sign in start)
    line = " ".join(printable.split())
    return line if len(line) <= limit and start == text else f"{line[: limit - 1]}…"
