"""`collected.json` in the class folder: what was collected for each student, from where, and when.

Only the grader writes it; nothing in it is read from a student's file.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from autograder.folders import ClassFolder, is_there
from course.errors import GradingError
from course.files import write_atomically


@dataclass
class Taken:
    """One submission that was collected from an LMS."""

    student: str
    assignment: str
    digest: str
    """SHA-256 of the notebook."""
    system: str
    source: str
    """The archive's name, and the path inside."""
    collected: str
    """When it was collected, in UTC (ISO 8601)."""
    time: str = ""
    """When it was handed in, in UTC (ISO 8601); "" where it is not known."""
    late: bool | None = None
    """Whether the LMS calls it late; None where it does not say."""
    order: int = 0
    """The LMS's own number; a larger one was uploaded later."""
    earlier: list[str] = field(default_factory=list)
    """Digests of older submissions, replaced or only seen."""

    @property
    def handed_in(self) -> datetime | None:
        """When it was handed in; None where it is not known."""
        return datetime.fromisoformat(self.time) if self.time else None


Ledger = dict[tuple[str, str], Taken]


def read_ledger(class_folder: ClassFolder) -> Ledger:
    """Read what was collected, by student and assignment; {} where nothing was."""
    path = class_folder.root / "collected.json"
    if not is_there(path):
        return {}
    try:
        rows = [Taken(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise GradingError(
            f"{path} is damaged ({error}).", "Move it away and run `autograder collect` again."
        ) from error
    return {(row.student, row.assignment): row for row in rows}


def write_ledger(class_folder: ClassFolder, ledger: Ledger) -> None:
    """Write the file whole, by student and assignment."""
    rows = [asdict(ledger[key]) for key in sorted(ledger)]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    path = class_folder.root / "collected.json"
    write_atomically(path, lambda file: file.write(content))


def utc_text(time: datetime | None) -> str:
    """Write a time as the ledger has it."""
    return time.astimezone(UTC).isoformat() if time else ""
