"""`collected.json` in the class folder: what was taken for each student, from where, and when.

It is the grader's own note: no student's file has a say in it.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from autograder.folders import ClassFolder
from course.errors import GradingError
from course.files import write_atomically


@dataclass
class Taken:
    """One submission that was taken from a system."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of the notebook."""
    system: str
    source: str
    """The archive's name, and the path inside."""
    collected: str
    """When it was taken here, in UTC (ISO 8601)."""
    time: str = ""
    """When it was handed in, in UTC; empty if nobody says."""
    late: bool | None = None
    """What the system says of the due date; None if it says nothing."""
    order: int = 0
    """The system's own count: a larger one was uploaded later."""
    earlier: list[str] = field(default_factory=list)
    """Digests of what it replaced, and of what was seen and is older."""

    @property
    def handed_in(self) -> datetime | None:
        """The time as a value."""
        return datetime.fromisoformat(self.time) if self.time else None


Ledger = dict[tuple[str, str], Taken]


def read_ledger(class_folder: ClassFolder) -> Ledger:
    """Read what was taken; nothing where nothing was."""
    path = class_folder.root / "collected.json"
    if not path.is_file():
        return {}
    try:
        rows = [Taken(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise GradingError(
            f"{path} is damaged ({error}).", "Move it away and run `autograder collect` again."
        ) from error
    return {(row.student, row.assignment): row for row in rows}


def write_ledger(class_folder: ClassFolder, ledger: Ledger) -> None:
    """Write it whole, in order."""
    rows = [asdict(ledger[key]) for key in sorted(ledger)]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    path = class_folder.root / "collected.json"
    write_atomically(path, lambda file: file.write(content))


def utc_text(time: datetime | None) -> str:
    """Write a time for the ledger."""
    return time.astimezone(UTC).isoformat() if time else ""
