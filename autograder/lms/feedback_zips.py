"""Feedback for a whole class as one zip per assignment, named as the LMS wants it back.

`collected.json` in the class folder has the name under which each submission was collected. Moodle
takes feedback from folders named as in its download; Canvas attaches a file to the submission with
the same name (it compares the ids). A page for any other submission is named after the student.
"""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import read_ledger
from course.errors import GradingError
from course.files import write_atomically

_MOODLE = re.compile(r"[^_]+_\d+_assignsubmission_file(?=_|$)")
_CANVAS = re.compile(r"(?P<owner>.+?_(?:late_)?\d+_\d+)_.+", re.IGNORECASE | re.DOTALL)
_BAD = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Packed:
    """One zip that was written."""

    path: Path
    pages: int
    lms: str

    @property
    def next_step(self) -> str:
        """Say where to upload the zip."""
        where = {
            "moodle": "upload it in Moodle: Assignment ▸ Submissions ▸ Upload multiple feedback "
            "files in a zip",
            "canvas": "upload it in Canvas: Assignment ▸ Upload Submissions",
        }
        return f"{self.path}: {self.pages} pages; {where.get(self.lms, 'named by student')}."


def pack(class_folder: ClassFolder, graded: Iterable[tuple[str, str]]) -> list[Packed]:
    """Write `feedback/<assignment>-<lms>.zip` for each assignment and each LMS it came from."""
    taken = read_ledger(class_folder)
    groups: dict[tuple[str, str], dict[str, Path]] = {}
    for student, assignment in graded:
        origin = taken.get((student, assignment))
        system, source = (origin.system, origin.source) if origin else ("", "")
        page = class_folder.feedback / student / assignment / f"{assignment}.html"
        kind, name = name_for(system, source, student, assignment)
        group = groups.setdefault((assignment, kind), {})
        if name in group:
            raise GradingError(f"Two pages would be called {name}.", "Collect again, by one name.")
        group[name] = page
    return [_pack(class_folder, *key, pages) for key, pages in sorted(groups.items())]


def name_for(system: str, source: str, student: str, assignment: str) -> tuple[str, str]:
    """Return the kind of zip that one page goes to, and its name there.

    The leftmost part of the path that fits the system's pattern decides; the student named the
    parts to the right of it.
    """
    file = f"{assignment}-feedback.html"
    for part in source.partition(": ")[2].split("/"):
        moodle = _MOODLE.match(part) if system == "moodle" else None
        if moodle:
            return "moodle", f"{moodle.group()}_/{file}"
        canvas = _CANVAS.fullmatch(part) if system == "canvas" else None
        if canvas:
            return "canvas", _BAD.sub("-", f"{canvas.group('owner')}_{file}")
    folder = _BAD.sub("-", student)
    return "students", f"{'--' if folder == '..' else folder}/{file}"


def _pack(class_folder: ClassFolder, assignment: str, lms: str, pages: dict[str, Path]) -> Packed:
    """Write one zip whole; the same pages always give the same bytes."""

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(pages):
                entry = zipfile.ZipInfo(name, _STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, pages[name].read_bytes())

    path = class_folder.feedback / f"{assignment}-{lms}.zip"
    write_atomically(path, write)
    return Packed(path, len(pages), lms)
