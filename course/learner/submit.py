"""`course submit`: packs what the instructor collects into one zip file, with digests.

The archive has `<assignment>/<assignment>.ipynb` for every exercise of the packing list that has a
file, with the `regrade.md` in its folder, and `manifest.json`. docs/learner.md describes it.
"""

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from course import __version__
from course.errors import CourseError
from course.files import write_atomically
from course.learner.packing_list import Entry, packing_list
from course.notebook.regrade_request import MOST_BYTES, REGRADE

MANIFEST = "manifest.json"
FORMAT = "convpool-submission"
_ENDING = "-submission.zip"
# A name that can be a folder's on every system.
_STUDENT = re.compile(r"[^\W_][\w.@+-]{0,99}")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # used for every member, so that equal work gives equal bytes


@dataclass(frozen=True)
class Packed:
    """An archive that was written."""

    path: Path
    files: dict[str, str]
    """SHA-256 by the name in the archive."""


def archive_path(folder: Path, student: str) -> Path:
    """Return the path of the archive; raise CourseError for a name that can't be a folder's."""
    if student and not _STUDENT.fullmatch(student):
        raise CourseError(
            f"{student!r} can't be the name of a folder.",
            "Use letters, digits and . _ - @ +, as your instructor gave it to you.",
        )
    return folder / f"{student or 'convpool'}{_ENDING}"


def collect_files(entries: list[Entry]) -> dict[str, bytes]:
    """Return what is handed in, by its name in the archive: the file of each entry that has one.

    Raises OSError for a file that can no longer be read.
    """
    files = {entry.name: entry.path.read_bytes() for entry in entries if entry.path is not None}
    requests = ((entry, _request(entry)) for entry in entries)
    return files | {
        f"{entry.assignment}/{REGRADE}": _asked(path)
        for entry, path in requests
        if path is not None
    }


def _request(entry: Entry) -> Path | None:
    """Find the regrade request beside a notebook; None for none.

    In a folder that is not the exercise's own, it could be about any.
    """
    if entry.path is None or entry.path.parent.name != entry.assignment:
        return None
    path = entry.path.with_name(REGRADE)
    return path if path.is_file() else None


def _asked(path: Path) -> bytes:
    """Return what of a request is packed: one byte more than an instructor gets to read."""
    return path.read_bytes()[: MOST_BYTES + 1]


def pack(path: Path, files: dict[str, bytes], student: str) -> Packed:
    """Write the archive, whole or not at all; an older archive of the course is replaced."""
    if path.exists() and _manifest(path).get("format") != FORMAT:
        raise CourseError(f"{path} exists and is no archive of the course.", "Move it away.")
    digests = {name: _digest(content) for name, content in files.items()}
    manifest = {
        "format": FORMAT,
        "version": 1,
        "course": __version__,
        "student": student,
        "packed": datetime.now().astimezone().isoformat(timespec="seconds"),
        "files": {
            name: {"sha256": digests[name], "bytes": len(content)}
            for name, content in files.items()
        },
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    members = files | {MANIFEST: text.encode()}

    def write(file: Any) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, _EARLIEST)
                info.external_attr = 0o644 << 16
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)

    write_atomically(path, write)
    return Packed(path, digests)


def packed(folder: Path) -> bool:
    """Tell whether an archive in the folder has the notebooks as they are now."""
    entries = [entry for entry in packing_list(folder) if entry.is_fetched]
    allowed = {entry.name: _digests_of(entry) for entry in entries}
    for entry in entries:
        if path := _request(entry):
            allowed[f"{entry.assignment}/{REGRADE}"] = {_digest(_asked(path))}
    return any(
        digests.keys() == allowed.keys()
        and all(digest in allowed[name] for name, digest in digests.items())
        for digests in map(_digests, folder.glob(f"*{_ENDING}"))
    )


def _digests_of(entry: Entry) -> set[str]:
    """Return the digests of the files that may be packed for an entry."""
    paths = [entry.path, *(offer.path for offer in entry.offers)]
    return {_digest(path.read_bytes()) for path in paths if path is not None}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digests(path: Path) -> dict[str, str]:
    """Read the digests of an archive's manifest."""
    files = _manifest(path).get("files")
    entries = files.items() if isinstance(files, dict) else ()
    return {name: str(entry.get("sha256")) for name, entry in entries if isinstance(entry, dict)}


def _manifest(path: Path) -> dict[str, Any]:
    """Read an archive's manifest; {} if the file is no archive of the course."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return {}
    return manifest if isinstance(manifest, dict) else {}
