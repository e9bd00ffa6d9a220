"""Something in a notebook that is not as it was released, with its evidence in one line."""

from dataclasses import dataclass

EVIDENCE_CHARACTERS = 120


@dataclass(frozen=True)
class Flag:
    """Something that its reader may want to look at; no mark depends on it."""

    kind: str
    """What it is, such as `test_deleted`."""
    evidence: str
    """One line of what was found; a student wrote it, so pages must escape it."""
    cell: str = ""
    """Id of the cell in the rebuilt notebook, "" where there is none."""

    def __post_init__(self) -> None:
        """Shorten the evidence to one printable line."""
        object.__setattr__(self, "evidence", one_line(self.evidence))


def one_line(text: str, limit: int = EVIDENCE_CHARACTERS) -> str:
    """Return what a student wrote as one printable line of at most `limit` characters."""
    start = text[: 4 * limit]  # a student's text can be megabytes long
    printable = "".join(sign if sign.isprintable() else " " for sign in start)
    line = " ".join(printable.split())
    return line if len(line) <= limit and start == text else f"{line[: limit - 1]}…"
