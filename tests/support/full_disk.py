"""Runs on a small disk that is full: started in a mount namespace with a few megabytes of tmpfs.

    python full_disk.py PREPARED DISK ANSWER

PREPARED is a registered class, DISK the small disk, ANSWER a file elsewhere for what came of it.
"""

import shutil
import sys
from pathlib import Path

from support.fake_grading import faked, grade
from support.snapshot import snapshot

from autograder.folders import ClassFolder
from course.errors import CourseError

KIB = 1024
# From no room at all to room for almost everything: each run stops somewhere else.
ROOMS = (0, 16 * KIB, 40 * KIB, 64 * KIB, 96 * KIB, 128 * KIB)


def fill(disk: Path, room: int) -> Path:
    """Fill the disk but for `room` bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        left = shutil.disk_usage(disk).free - room
        file.write(b"\0" * left)
    return ballast


def interrupted(prepared: Path, disk: Path, room: int) -> tuple[str, str, dict[str, object]]:
    """Grade on a full disk, make room, grade again; return the error, its kind and the end."""
    folder = ClassFolder(disk / "class")
    shutil.copytree(prepared, folder.root)
    ballast = fill(disk, room)
    said = kind = ""
    with faked():
        try:
            grade(folder)
        except (CourseError, OSError) as error:
            said, kind = str(error), type(error).__name__
        ballast.unlink()
        grade(folder)
    found = snapshot(folder)
    shutil.rmtree(folder.root)
    return said, kind, found


def main(prepared: str, disk: str, answer: str) -> None:
    """Try every room."""
    found = {room: interrupted(Path(prepared), Path(disk), room) for room in ROOMS}
    Path(answer).write_text(repr(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
