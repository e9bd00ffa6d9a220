"""Whose an upload is: only the outermost layer says so, which an LMS or the instructor wrote.

What is handed over is one of four things:

a student's own archive   `--student`, or its own name is a student's (`ada-submission.zip`)
a system's zip            everything directly in it has the names of Canvas, Moodle or Gradescope
an unpacked folder        each thing directly in it has a system's name, or a student's
anything else             nobody's, until `--student` says whose

An upload is what one person handed in at one place of that layer. Names inside an upload are the
student's: they can say which assignment a file belongs to, and never whose it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.gradebook.roster import IDENTIFIERS, People, same_identifier
from autograder.lms.archive import READ, Parts, is_clutter
from autograder.lms.naming import Sender, gradescope_senders, is_other_plugin, senders
from autograder.lms.reader import Reader, Unanswered

METADATA = "submission_metadata.yml"
"""Gradescope's list of who handed in what, beside the submissions."""

MANIFEST = "manifest.json"
"""What `course submit` puts beside the notebooks of a student's own zip."""

_EXPORT = re.compile(r"assignment_[0-9]+_export([ _-].*)?")
_GRADESCOPE = re.compile(r"submission_[0-9]+")
_OWN_ENDING = "-submission"  # `course submit --student ada` packs ada-submission.zip
_OWN_NAME = re.compile(r"(.+-submission|convpool)([ _-]?\(?[0-9]*\)?)", re.IGNORECASE)

NOBODY = "Nothing says whose it is; name the student with --student."
_TYPED = "Only files that were uploaded are collected, not what was typed into Moodle."
_MIXED = (
    "Some names of this zip are an LMS's, others are not, so nothing says whose it is;"
    " if it is one student's own, name the student with --student."
)


@dataclass(frozen=True)
class Upload:
    """What one person, or one group, handed in at one place."""

    prefix: Parts
    """Where it lies in the outermost layer; () is all of it."""
    readings: tuple[Sender, ...] = ()
    """Who sent it: several readings if its name allows them, or a group; () if nobody knows."""
    problem: str = ""
    """Why nobody's it is, or why it is not read."""
    is_read: bool = True

    @property
    def head(self) -> Parts:
        """What the student called the file, where the system's name holds that too."""
        return self.readings[0].own if self.readings else ()


@dataclass(frozen=True)
class Layer:
    """The outermost layer of what was handed over."""

    uploads: list[Upload]
    ignored: list[Parts]
    """What systems made."""


def read_layer(path: Path, reader: Reader, people: People, student: str = "") -> Layer:
    """List the uploads of a zip, a folder or a file. `student` says that all of it is that one's.

    A layer that can't be read is one upload with the problem.
    """
    if student:
        return Layer([Upload((), (Sender("plain", student),))], [])
    try:
        names = reader.names(path, ())
    except Unanswered as problem:
        return Layer([Upload((), problem=str(problem), is_read=False)], [])
    owner = _owner(path)
    if _is_student(people, owner) or MANIFEST in names:
        return Layer([Upload((), (Sender("plain", owner),))], [])
    if path.is_dir():
        return _Layers(path, reader).of_folder(names, people)
    if path.suffix.lower() != ".zip":
        found = senders(path.name) or [Sender("plain", owner)]
        return Layer([Upload((path.name,) if found[0].own else (), tuple(found))], [])
    return _Layers(path, reader).of_zip(names, owner)


class _Layers:
    """Reads one outermost layer."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self.path, self.reader = path, reader

    def of_zip(self, names: dict[str, bool], owner: str) -> Layer:
        """Read a zip: all of it is a system's, or none of it."""
        prefix, names, ignored = self._inside(names)
        own = Layer([Upload((), (Sender("plain", owner),))], [])
        if METADATA in names and prefix:
            return self._gradescope(prefix, names, ignored)
        if _OWN_NAME.fullmatch(self.path.stem):
            return own
        told = {name: folder for name, folder in names.items() if folder or _is_read(name)}
        systems = [_is_systems(name, folder) for name, folder in told.items()]
        if not any(systems):
            return own
        if not all(systems):
            return Layer([Upload((), problem=_MIXED)], [])
        uploads = [_upload((*prefix, name)) for name in sorted(names)]
        return Layer(uploads, ignored)

    def of_folder(self, names: dict[str, bool], people: People) -> Layer:
        """Read a folder: each thing in it by its own name."""
        prefix, names, ignored = self._inside(names)
        if METADATA in names:
            return self._gradescope(prefix, names, ignored)
        uploads: list[Upload] = []
        for name in sorted(names):
            inner = self._names((name,)) if names[name] and _EXPORT.fullmatch(name) else {}
            if METADATA in inner and not _is_student(people, name):
                found = self._gradescope((name,), *_without_clutter((name,), inner))
                uploads += found.uploads
                ignored += found.ignored
            else:
                uploads.append(_upload((*prefix, name), is_folder=names[name]))
        return Layer(uploads, ignored)

    def _inside(self, names: dict[str, bool]) -> tuple[Parts, dict[str, bool], list[Parts]]:
        """Enter the one folder that packing or unpacking makes around everything."""
        names, ignored = _without_clutter((), names)
        only = next(iter(names), "")
        same = only.casefold() == self.path.stem.casefold()
        if len(names) == 1 and names[only] and (same or _EXPORT.fullmatch(only)):
            names, more = _without_clutter((only,), self._names((only,)))
            return (only,), names, ignored + more
        return (), names, ignored

    def _names(self, prefix: Parts) -> dict[str, bool]:
        """Name what lies at a prefix; {} if that can't be told."""
        try:
            return self.reader.names(self.path, prefix)
        except Unanswered:
            return {}

    def _gradescope(self, prefix: Parts, names: dict[str, bool], ignored: list[Parts]) -> Layer:
        """Read Gradescope's export: its metadata says whose each submission is."""
        known: Mapping[str, Any] = {}
        uploads: list[Upload] = []
        try:
            known = self.reader.people(self.path, (*prefix, METADATA))
        except Unanswered as problem:
            reason = f"{problem} The submissions beside it have no names."
            uploads.append(Upload((*prefix, METADATA), problem=reason, is_read=False))
        else:
            ignored = [*ignored, (*prefix, METADATA)]
        for name in sorted(set(names) - {METADATA}):
            is_submission = names[name] and _GRADESCOPE.fullmatch(name)
            found = gradescope_senders(name, known.get(name)) if is_submission else []
            uploads.append(Upload((*prefix, name), tuple(found), "" if found else NOBODY))
        return Layer(uploads, ignored)


def _upload(prefix: Parts, is_folder: bool = False) -> Upload:
    """Return the upload that a system's name, or a student's, stands on."""
    name = prefix[-1]
    if is_other_plugin(name):
        return Upload(prefix, problem=_TYPED, is_read=False)
    found = senders(name)
    if not found and (is_folder or name.lower().endswith(".zip")):
        found = [Sender("plain", _bare(name))]
    return Upload(prefix, tuple(found), "" if found else NOBODY)


def _without_clutter(prefix: Parts, names: dict[str, bool]) -> tuple[dict[str, bool], list[Parts]]:
    """Separate what systems made."""
    kept = {name: folder for name, folder in names.items() if not is_clutter(name)}
    return kept, [(*prefix, name) for name in names if is_clutter(name)]


def _is_systems(name: str, is_folder: bool) -> bool:
    """Whether Canvas or Moodle may have packed a thing of this name and kind into a zip."""
    if is_other_plugin(name):
        return True
    found = senders(name)
    # Both write files with the student's name for it at the end, Moodle also folders without.
    return bool(found) and is_folder == (not found[0].own)


def _is_read(name: str) -> bool:
    return name.lower().endswith(READ)


def _owner(path: Path) -> str:
    """Return the student's name that a file or a folder may have."""
    resolved = path.resolve()
    return _bare(resolved.name) if path.is_dir() else _bare(resolved.stem)


def _bare(name: str) -> str:
    """Take the endings of a student's own zip from a name."""
    name = name[:-4] if name.lower().endswith(".zip") else name
    return name.removesuffix(_OWN_ENDING)


def _is_student(people: People, key: str) -> bool:
    """Whether a key is one student's folder or identifier."""
    fields = ("student", *IDENTIFIERS)
    return bool(key) and any(
        same_identifier(getattr(one, field), key) for one in people for field in fields
    )
