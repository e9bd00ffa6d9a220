"""The forms that have folders around what people handed in, and what any layer is made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from autograder.lms import archive
from autograder.lms.file_names import is_archive, is_clutter, without_archive_ending
from autograder.lms.forms import (
    BESIDE,
    SAKAI_FEEDBACK,
    TYPED,
    Sender,
    github,
    gradescope_senders,
    ilias,
    is_other_plugin,
    readings_by_form,
    sakai,
    sakai_time,
)
from autograder.lms.members import Parts
from autograder.lms.reader import Reader, Unanswered

METADATA = "submission_metadata.yml"
"""Gradescope's list of who handed in what, beside the submissions."""

NOBODY = "Nothing says whose it is; name the student with --student."
_TYPED = "Only files that were uploaded are collected, not what was typed into {}."
SEVERAL = "Its name can be read as {}'s, so nothing says whose it is; collect it with --student."

_GRADESCOPE = re.compile(r"submission_[0-9]+")
_REPOSITORIES = "-submissions"  # GitHub Classroom's folder of clones, after the assignment's name
_ILIAS_FOLDERS = ("submissions", "abgaben", "soumissions", "entregas", "consegne", "inzendingen")
_TABLE = re.compile(r".+\.(xlsx?|csv)", re.IGNORECASE)  # of marks, beside what was handed in
_TEAM = re.compile(r"[^/]+ [0-9]+")
_STAMP = "timestamp.txt"  # Sakai's, beside the folder with what a student handed in
DEPTH = 3  # folders around what was handed in that are entered
_OWN_ENDING = "-submission"  # `course submit --student ada` packs ada-submission.zip


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


@dataclass(frozen=True)
class Level:
    """What lies in one folder of the layer."""

    prefix: Parts
    names: dict[str, bool]
    """By name, whether it is a folder; without what systems made."""
    ignored: tuple[Parts, ...] = ()


class View:
    """The outermost layer of what was handed over, and the forms that have folders around it."""

    def __init__(self, path: Path, reader: Reader, zone: tzinfo) -> None:
        self.path, self.reader, self.zone = path, reader, zone

    def upload(self, prefix: Parts, is_folder: bool = False, system: str = "") -> Upload:
        """Return the upload that a system's name, or a student's, stands on."""
        name = prefix[-1]
        if is_other_plugin(name):
            return Upload(prefix, problem=_TYPED.format("Moodle"), is_read=False)
        if TYPED.fullmatch(name) and not is_folder:
            return Upload(prefix, problem=_TYPED.format("the LMS"), is_read=False)
        by_form = readings_by_form(name, self.zone)
        if len(by_form) > 1 and system not in by_form:
            return Upload(prefix, problem=SEVERAL.format("'s or ".join(sorted(by_form))))
        found = by_form.get(system) or next(iter(by_form.values()), [])
        if not found and (is_folder or is_archive(name)):
            found = [Sender("plain", bare_name(name))]
        return Upload(prefix, tuple(found), "" if found else NOBODY)

    def systems(self, name: str, is_folder: bool) -> set[str]:
        """Return which systems may have packed a thing of this name and kind."""
        if is_other_plugin(name):
            return {"moodle"}
        # They write files with the student's name for it at the end, or folders without.
        found = readings_by_form(name, self.zone)
        return {system for system, one in found.items() if is_folder == (not one[0].own)}

    def _levels(self, level: Level) -> Iterator[Level]:
        """Yield a level, and what lies below it as long as that is one folder beside tables."""
        for _ in range(DEPTH):
            yield level
            folders = [name for name, is_folder in level.names.items() if is_folder]
            files = set(level.names) - set(folders)
            if len(folders) != 1 or not all(map(_TABLE.fullmatch, files)):
                return
            prefix = (*level.prefix, folders[0])
            below = level_of(prefix, self.names(prefix))
            made = tuple((*level.prefix, name) for name in sorted(files))
            level = replace(below, ignored=(*level.ignored, *made, *below.ignored))

    def below(self, level: Level) -> Layer | None:
        """Read the forms that have folders around everything; None if it is none of them."""
        for inner in self._levels(level):
            folders = [name for name, is_folder in inner.names.items() if is_folder]
            told = {*folders, *filter(is_read, inner.names)}
            around = inner.prefix[-1] if inner.prefix else bare_name(self.path.resolve().name)
            slug = around.removesuffix(_REPOSITORIES)
            if slug != around and folders and all(github(name, slug) for name in folders):
                return self._github(inner, slug)
            if around.casefold() in _ILIAS_FOLDERS:
                return self._ilias(inner)
            if told and all("sakai" in self.systems(name, name in folders) for name in told):
                return self._sakai(inner)
        return None

    def _sakai(self, level: Level) -> Layer:
        """Read Sakai's folders of people; what lies beside the uploaded files is Sakai's."""
        uploads: list[Upload] = []
        ignored = list(level.ignored)
        for name, is_folder in sorted(level.names.items()):
            prefix = (*level.prefix, name)
            if not is_folder:
                made = BESIDE["sakai"].fullmatch(name)
                ignored += [prefix] if made else []
                uploads += [] if made else [self.upload(prefix, system="sakai")]
                continue
            senders = self._with_time(prefix, sakai(name, self.zone))
            inner = level_of(prefix, self.names(prefix))
            ignored += inner.ignored
            for part in sorted(inner.names):
                if TYPED.fullmatch(part):
                    uploads.append(self.upload((*prefix, part)))
                elif SAKAI_FEEDBACK.fullmatch(part):
                    ignored.append((*prefix, part))
                else:
                    uploads.append(Upload((*prefix, part), tuple(senders)))
            if not inner.names:
                uploads.append(Upload(prefix, tuple(senders)))
        return Layer(uploads, ignored)

    def _ilias(self, level: Level) -> Layer | None:
        """Read ILIAS's folder of submissions: folders of people, or of their teams."""
        layer = Layer([], list(level.ignored))
        for name, is_folder in sorted(level.names.items()):
            prefix = (*level.prefix, name)
            people = ilias(name, self.zone) if is_folder else []
            team = level_of(prefix, {})
            if is_folder and not people and _TEAM.fullmatch(name):
                team = level_of(prefix, self.names(prefix))
            layer.ignored.extend(team.ignored)
            for member in sorted(team.names):
                found = ilias(member, self.zone) or [Sender("ilias", "", member)]
                found = [replace(one, group=name) for one in found]
                layer.uploads.append(Upload((*prefix, member), tuple(found)))
            if not team.names:
                layer.uploads.append(Upload(prefix, tuple(people), "" if people else NOBODY))
        return layer if any(one.readings for one in layer.uploads) else None

    def _github(self, level: Level, slug: str) -> Layer:
        """Read GitHub Classroom's folder of clones."""
        uploads = []
        for name, is_folder in sorted(level.names.items()):
            found = tuple(github(name, slug)) if is_folder else ()
            uploads.append(Upload((*level.prefix, name), found, "" if found else NOBODY))
        return Layer(uploads, list(level.ignored))

    def _with_time(self, prefix: Parts, found: list[Sender]) -> list[Sender]:
        """Add the time that Sakai writes beside the folder with what a student handed in."""
        try:
            text = self.reader.text(self.path, (*prefix, _STAMP))
        except Unanswered:
            return found
        return [replace(one, time=sakai_time(text)) for one in found]

    def names(self, prefix: Parts) -> dict[str, bool]:
        """Name what lies at a prefix; {} if that can't be told."""
        try:
            return self.reader.names(self.path, prefix)
        except Unanswered:
            return {}

    def gradescope(self, level: Level) -> Layer:
        """Read Gradescope's export: its metadata says whose each submission is."""
        known: Mapping[str, Any] = {}
        uploads: list[Upload] = []
        ignored = list(level.ignored)
        try:
            known = self.reader.people(self.path, (*level.prefix, METADATA))
        except Unanswered as problem:
            reason = f"{problem} The submissions beside it have no names."
            uploads.append(Upload((*level.prefix, METADATA), problem=reason, is_read=False))
        else:
            ignored.append((*level.prefix, METADATA))
        for name in sorted(set(level.names) - {METADATA}):
            is_submission = level.names[name] and _GRADESCOPE.fullmatch(name)
            found = gradescope_senders(name, known.get(name)) if is_submission else []
            uploads.append(Upload((*level.prefix, name), tuple(found), "" if found else NOBODY))
        return Layer(uploads, ignored)


def level_of(prefix: Parts, names: dict[str, bool]) -> Level:
    """Separate what systems made from the rest of a folder."""
    kept = {name: folder for name, folder in names.items() if not is_clutter(name)}
    return Level(prefix, kept, tuple((*prefix, name) for name in names if is_clutter(name)))


def is_read(name: str) -> bool:
    """Whether a file of this name can hold a notebook, or a request beside one."""
    return is_archive(name) or archive.is_read(name)


def bare_name(name: str) -> str:
    """Take the endings of a student's own archive from a name."""
    return without_archive_ending(name).removesuffix(_OWN_ENDING)
