"""Feedback for a whole class as one zip per assignment, named as the LMS wants it back.

`collected.json` in the class folder has the name under which each submission was collected. Moodle
takes feedback from folders named as in its download; Canvas attaches a file to the submission with
the same name (it compares the ids). A page for any other submission is named after the student.
"""

import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from autograder.folders import ClassFolder
from autograder.gradebook.ledger import read_ledger
from autograder.gradebook.roster import is_reserved
from course.files import write_atomically
from course.visible import visible

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
    notes: tuple[str, ...] = ()
    """What was named otherwise than the LMS or the student's id has it."""

    @property
    def next_step(self) -> str:
        """Say where to upload the zip."""
        where = {
            "moodle": "upload it in Moodle: Assignment ▸ Submissions ▸ Upload multiple feedback "
            "files in a zip",
            "canvas": "upload it in Canvas: Assignment ▸ Upload Submissions",
        }
        return f"{self.path}: {self.pages} pages; {where.get(self.lms, 'named by student')}."


def pack(class_folder: ClassFolder, pages: Iterable[tuple[str, str, Path]]) -> list[Packed]:
    """Write `feedback/<assignment>-<lms>.zip` for each assignment and each LMS it came from.

    `pages` are students, assignments and the files of their pages.
    Where two pages would have one name, also on a system that ignores capitals, the second one gets
    a name of its own, and `notes` says so.
    """
    taken = read_ledger(class_folder)
    groups: dict[tuple[str, str], _Group] = defaultdict(_Group)
    for student, assignment, page in pages:
        origin = taken.get((student, assignment))
        system, source = (origin.system, origin.source) if origin else ("", "")
        kind, name = name_for(system, source, student, page.stem)
        if kind != "students" and groups[assignment, kind].has(name):
            note = f"{assignment} of {student}: {name} is another page's name; named by student."
            kind, name = name_for("", "", student, page.stem)
            groups[assignment, kind].notes.append(note)
        groups[assignment, kind].wanted.append((name, page))
    return [_pack(class_folder, *key, group) for key, group in sorted(groups.items())]


class _Group:
    """The pages of one zip, and the names that they would have."""

    def __init__(self) -> None:
        self.wanted: list[tuple[str, Path]] = []
        self.notes: list[str] = []

    def has(self, name: str) -> bool:
        """Whether a page has this name already, as some system sees it."""
        return _key(name) in {_key(other) for other, _ in self.wanted}

    def pages(self) -> dict[str, Path]:
        """Return the pages by names that differ on every system; what is renamed is noted.

        The first page keeps a name that several would have; the others get a number that makes no
        name of any other page.
        """
        reserved = {_key(name) for name, _ in self.wanted}
        used: set[str] = set()
        found = {}
        for name, page in self.wanted:
            own = name if _key(name) not in used else _numbered(name, reserved)
            used.add(_key(own))
            reserved.add(_key(own))
            if own != name:
                self.notes.append(f"{page} is called {own}: {name} is another page's name.")
            found[own] = page
        return found


def _numbered(name: str, taken: set[str]) -> str:
    """Add a number to the folder of a name, so that it is not taken."""
    folder, _, file = name.partition("/")
    names = (f"{folder}-{number}/{file}" for number in count(2))
    return next(one for one in names if _key(one) not in taken)


def _key(name: str) -> str:
    """Write a name as a system sees it that ignores capitals and forms of letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def name_for(system: str, source: str, student: str, assignment: str) -> tuple[str, str]:
    """Return the kind of zip that one page goes to, and its name there.

    The leftmost part of the path that fits the system's pattern decides; the student named the
    parts to the right of it.
    """
    file = f"{assignment}-feedback.html"
    for part in source.partition(": ")[2].split("/"):
        moodle = _MOODLE.match(part) if system == "moodle" else None
        if moodle:
            return "moodle", f"{_BAD.sub('-', visible(moodle.group()))}_/{file}"
        canvas = _CANVAS.fullmatch(part) if system == "canvas" else None
        if canvas:
            return "canvas", _BAD.sub("-", visible(f"{canvas.group('owner')}_{file}"))
    return "students", f"{_folder(student)}/{file}"


def _folder(student: str) -> str:
    """Name a folder as every system can: Windows takes off last dots and reserves some names."""
    name = _BAD.sub("-", visible(student))
    kept = name.rstrip(". ")
    name = kept + "-" * (len(name) - len(kept))
    return f"{name}-" if not name or is_reserved(name) else name


def _pack(class_folder: ClassFolder, assignment: str, lms: str, group: _Group) -> Packed:
    """Write one zip whole; the same pages always give the same bytes."""
    pages = group.pages()

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(pages):
                entry = zipfile.ZipInfo(name, _STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, pages[name].read_bytes())

    path = class_folder.feedback / f"{assignment}-{lms}.zip"
    write_atomically(path, write)
    return Packed(path, len(pages), lms, tuple(group.notes))
