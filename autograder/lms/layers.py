"""Whose an upload is: only the outermost layer says so, which an LMS or the instructor wrote.

What is handed over is one of these:

a student's own archive   `--student`, or its own name is a student's (`ada-submission.zip`)
with `--pattern`          every file and folder whose path fits the instructor's expression
a system's archive        everything directly in it has names of one form (see `forms`)
an unpacked folder        each thing directly in it has a system's name, or a student's
`downloaded/`             nbgrader's own: each archive in its `archive/` is one of the above
anything else             nobody's, until `--student` says whose

An upload is what one person handed in at one place of that layer. Names inside an upload are the
student's: they can say which assignment a file belongs to, and never whose it is.
"""

import re
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path

from autograder.gradebook.roster import IDENTIFIERS, People
from autograder.lms.file_names import is_archive, is_clutter, without_archive_ending
from autograder.lms.folder_forms import (
    DEPTH,
    METADATA,
    SEVERAL,
    Layer,
    Level,
    Upload,
    View,
    bare_name,
    is_read,
    level_of,
)
from autograder.lms.forms import BESIDE, TYPED, NamePattern, Sender
from autograder.lms.reader import Reader, Unanswered

MANIFEST = "manifest.json"
"""What `course submit` puts beside the notebooks of a student's own zip."""

_EXPORT = re.compile(r"assignment_[0-9]+_export([ _-].*)?")
_OWN_NAME = re.compile(r"(.+-submission|convpool)([ _-]?\(?[0-9]*\)?)", re.IGNORECASE)

_MIXED = (
    "Some names of this archive are an LMS's, others are not, so nothing says whose it is;"
    " if it is one student's own, name the student with --student."
)
_UNFIT = "Its path does not fit --pattern."


def handed_over(path: Path) -> list[Path]:
    """List what lies in nbgrader's `downloaded/<assignment>/archive/`; any other path is one.

    Source: `archive_directory` and `extracted_directory` of nbgrader's `zip_collect`, which unpacks
    the one into the other. Archives are read one by one, anything else as one folder.
    """
    inside = _kept(path)
    downloads = [path] if _is_download(path) else inside
    if not downloads or not all(map(_is_download, downloads)):
        return [path]
    found: list[Path] = []
    for archive in (one / "archive" for one in downloads):
        files = _kept(archive)
        are_archives = all(one.is_file() and is_archive(one.name) for one in files)
        found += files if files and are_archives else [archive]
    return found


def _kept(folder: Path) -> list[Path]:
    """List what lies in a folder without what systems made; [] for what is no folder to open."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    return [one for one in inside if not is_clutter(one.name)]


def _is_download(folder: Path) -> bool:
    """Whether a folder holds nbgrader's `archive/`, and nothing beside it but `extracted/`."""
    names = {one.name for one in _kept(folder) if one.is_dir()}
    return "archive" in names and len(_kept(folder)) == len(names & {"archive", "extracted"})


def read_layer(
    path: Path,
    reader: Reader,
    people: People,
    student: str = "",
    pattern: NamePattern | None = None,
    zone: tzinfo = UTC,
) -> Layer:
    """List the uploads of an archive, a folder or a file. With `student` all of it is that one's.

    `zone` is the zone of times in names. A layer that can't be read is one upload with the problem.
    """
    if student:
        return Layer([Upload((), (Sender("plain", student),))], [])
    try:
        names = reader.names(path, ())
    except Unanswered as problem:
        return Layer([Upload((), problem=str(problem), is_read=False)], [])
    layers = _Layers(path, reader, zone)
    if pattern:
        return layers.of_pattern(names, pattern)
    owner = _owner(path)
    if _is_student(people, owner) or MANIFEST in names:
        return Layer([Upload((), (Sender("plain", owner),))], [])
    if path.is_dir():
        return layers.of_folder(names, people)
    if is_archive(path.name):
        return layers.of_archive(names, owner)
    found = layers.upload((path.name,))
    if found.readings and found.readings[0].own:
        return Layer([found], [])
    return Layer([Upload((), found.readings or (Sender("plain", owner),), found.problem)], [])


class _Layers(View):
    """Reads one outermost layer."""

    def of_archive(self, names: dict[str, bool], owner: str) -> Layer:
        """Read an archive: all of it is a system's, or none of it."""
        level = self._inside(names)
        own = Layer([Upload((), (Sender("plain", owner),))], [])
        if METADATA in level.names and level.prefix:
            return self.gradescope(level)
        if _OWN_NAME.fullmatch(without_archive_ending(self.path.name)):
            return own
        found = self.below(level)
        if found:
            return found
        told = {name: folder for name, folder in level.names.items() if folder or is_read(name)}
        told = {name: told[name] for name in told if not TYPED.fullmatch(name)}
        systems = [self.systems(name, folder) for name, folder in told.items()]
        if not any(systems):
            return own
        if not all(systems) or not set.intersection(*systems):
            return Layer([Upload((), problem=_MIXED)], [])
        system = _common(systems)
        if not system:
            several = SEVERAL.format("'s or ".join(sorted(set.intersection(*systems))))
            return Layer([Upload((), problem=several)], [])
        return self._of_system(level, system)

    def of_folder(self, names: dict[str, bool], people: People) -> Layer:
        """Read a folder: each thing in it by its own name."""
        level = self._inside(names)
        if METADATA in level.names:
            return self.gradescope(level)
        found = self.below(level)
        if found:
            return found
        told = [self.systems(name, folder) for name, folder in level.names.items()]
        system = _common([one for one in told if one])
        uploads: list[Upload] = []
        ignored = list(level.ignored)
        for name in sorted(level.names):
            is_export = level.names[name] and _EXPORT.fullmatch(name)
            inner = self.names((*level.prefix, name)) if is_export else {}
            if METADATA in inner and not _is_student(people, name):
                found = self.gradescope(level_of((*level.prefix, name), inner))
                uploads += found.uploads
                ignored += found.ignored
            elif self._is_made(name, system, level):
                ignored.append((*level.prefix, name))
            else:
                prefix = (*level.prefix, name)
                uploads.append(self.upload(prefix, level.names[name], system))
        return Layer(uploads, ignored)

    def of_pattern(self, names: dict[str, bool], pattern: NamePattern) -> Layer:
        """Read whatever lies in the layer: each folder or file by its path from there."""
        top = self._inside(names)
        uploads: list[Upload] = []
        ignored = list(top.ignored)
        waiting = [(top, DEPTH)]
        while waiting:
            level, depth = waiting.pop()
            for name, is_folder in sorted(level.names.items()):
                prefix = (*level.prefix, name)
                path = "/".join(prefix[len(top.prefix) :])
                readings = pattern.senders(path, self.zone)
                if readings or not is_folder:
                    uploads.append(Upload(prefix, tuple(readings), "" if readings else _UNFIT))
                    continue
                below = level_of(prefix, self.names(prefix) if depth else {})
                if below.names:
                    waiting.append((below, depth - 1))
                    ignored += below.ignored
                else:
                    uploads.append(Upload(prefix, problem=_UNFIT))
        return Layer(sorted(uploads, key=lambda one: one.prefix), ignored)

    def _of_system(self, level: Level, system: str) -> Layer:
        """Read a level in which everything has names of one form."""
        ignored = list(level.ignored)
        uploads = []
        for name in sorted(level.names):
            if self._is_made(name, system, level):
                ignored.append((*level.prefix, name))
            else:
                uploads.append(self.upload((*level.prefix, name), level.names[name], system))
        return Layer(uploads, ignored)

    def _is_made(self, name: str, system: str, level: Level) -> bool:
        """Whether a system itself wrote a file beside what was handed in."""
        if level.names[name]:
            return False
        beside = BESIDE.get(system)
        if beside and beside.fullmatch(name):
            return True
        # Blackboard's note on an attempt; where nothing else is of that attempt, it is a row.
        stem = f"{name.removesuffix('.txt')}_"
        is_note = system == "blackboard" and bool(TYPED.fullmatch(name))
        return is_note and any(other.startswith(stem) for other in level.names)

    def _inside(self, names: dict[str, bool]) -> Level:
        """Enter the one folder that packing or unpacking makes around everything."""
        level = level_of((), names)
        only = next(iter(level.names), "")
        same = only.casefold() == without_archive_ending(self.path.name).casefold()
        if len(level.names) == 1 and level.names[only] and (same or _EXPORT.fullmatch(only)):
            below = level_of((only,), self.names((only,)))
            return replace(below, ignored=(*level.ignored, *below.ignored))
        return level


def _common(systems: list[set[str]]) -> str:
    """Return the one system that may have written all of several names, "" if none is certain."""
    common = set.intersection(*systems) if systems else set()
    return common.pop() if len(common) == 1 else ""


def _owner(path: Path) -> str:
    """Return the student's name that a file or a folder may have."""
    resolved = path.resolve()
    is_whole = path.is_dir() or is_archive(resolved.name)
    return bare_name(resolved.name) if is_whole else bare_name(resolved.stem)


def _is_student(people: People, key: str) -> bool:
    """Whether a key is one student's folder or identifier."""
    return any(people.with_identifier(field, key) for field in ("student", *IDENTIFIERS))
