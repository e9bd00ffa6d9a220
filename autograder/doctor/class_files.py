"""Examines a class: its folder's rights, gradebook, roster.csv, rules.toml and comments.csv."""

import os
import sqlite3
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from autograder.build.coursedir import StockClass
from autograder.doctor.finding import Finding, fine, from_error, names, note, wrong
from autograder.doctor.machine import existing
from autograder.folders import ClassFolder, is_ignored, is_there
from autograder.gradebook.late_rules import read_rules, rules_path
from autograder.gradebook.nbgrader_quirks import alembic_version
from autograder.gradebook.people_lists import read_roster
from autograder.gradebook.standing_comments import FILE, standing_comments
from course.counted import counted
from course.errors import CourseError

LOCK_SECONDS = 2.0
"""How long to wait for a gradebook that another program writes to."""
EXECUTE, READ, WRITE = 0o1, 0o4, 0o2


def examine_folders(class_folder: ClassFolder) -> Iterator[Finding]:
    """Try to write into the class's folders, and look who else may read or write there."""
    root = class_folder.root
    if not root.is_dir():
        yield _new_class(root)
        return
    written = [root, class_folder.autograded, class_folder.feedback, root / "results"]
    failed = {path: why for path in written if (why := _cannot_write(path))}
    if why := _cannot_list(class_folder.submitted):
        failed[class_folder.submitted] = why
    for path, why in failed.items():
        user = os.environ.get("USER") or f"user {os.geteuid()}"
        yield wrong("class folder", f"{path}: {why}", f"Give {user} the right to it, or move it.")
    if not failed:
        count = counted(len(_students(class_folder)), "student")
        students = f"; {count} in submitted/" if class_folder.submitted.is_dir() else ""
        yield fine("class folder", f"{root} can be written{students}")
    yield from _others_rights(class_folder)


def _new_class(root: Path) -> Finding:
    """Say whether the class folder could be made."""
    if root.exists():
        return wrong("class folder", f"{root} is no folder", "Name another one with --class.")
    why = _cannot_write(existing(root))
    if why:
        return wrong("class folder", f"{root} can't be made: {why}", "Name another with --class.")
    return fine("class folder", f"{root} is not there yet; a command that needs it makes it")


def _cannot_write(path: Path) -> str:
    """Say why no file can be made in a folder; "" if one can, or if the folder is not there."""
    if not os.path.lexists(path):
        return ""
    try:
        with tempfile.TemporaryFile(dir=path):
            return ""
    except OSError as error:
        return f"it can't be written to ({error.strerror})"


def _cannot_list(path: Path) -> str:
    """Say why a folder's entries can't be read; "" if they can, or if it is not there."""
    try:
        list(path.iterdir())
    except FileNotFoundError:
        return "it is a link that leads nowhere" if os.path.lexists(path) else ""
    except OSError as error:
        return f"it can't be read ({error.strerror})"
    return ""


def _students(class_folder: ClassFolder) -> list[str]:
    """Name the folders in submitted/."""
    if not class_folder.submitted.is_dir():
        return []
    found = (path.name for path in class_folder.submitted.iterdir() if path.is_dir())
    return sorted(name for name in found if not is_ignored(name))


def _others_rights(class_folder: ClassFolder) -> Iterator[Finding]:
    """Look what other users of this machine may do with marks, submissions and the secret."""
    root = class_folder.root
    private = [class_folder.gradebook, root / "grades.csv", class_folder.submitted]
    private += [class_folder.autograded, root / "results"]
    there = [path for path in private if path.exists()]
    changed = [str(path) for path in there if others_may(path, WRITE)]
    seen = [str(path) for path in there if others_may(path, READ)]
    if changed:
        found = f"other users of this machine can change {names(changed)}"
        yield wrong("rights", found, f"Run `chmod -R o-w {root}`.")
    if seen:
        found = f"other users of this machine can read {names(seen)}"
        yield note("rights", found, f"If there are others, run `chmod o-rx {root}`.")
    secret = root / ".secret"
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        found = f"{secret}, from which hidden checks draw their inputs, is not yours alone"
        yield wrong("rights", found, f"Run `chmod 600 {secret}`.")


def others_may(path: Path, right: int) -> bool:
    """Tell whether users who are neither the owner nor of the group have a right to a file."""
    path = path.absolute()
    reachable = all(parent.stat().st_mode & EXECUTE for parent in path.parents)
    return reachable and bool(path.stat().st_mode & right)


def examine_gradebook(class_folder: ClassFolder) -> Iterator[Finding]:
    """Open the gradebook for writing, and change nothing."""
    path = class_folder.gradebook
    try:
        if not is_there(path):
            found = "there is none yet; the first run of `autograder grade` makes it"
            yield fine("gradebook", found)
            return
        uri = f"file:{quote(str(path))}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)) as database:
            database.execute("BEGIN IMMEDIATE")
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            (count,) = database.execute("SELECT count(*) FROM student").fetchone()
            database.rollback()
    except CourseError as error:
        yield from_error("gradebook", error, f"Restore {path}.")
        return
    except (sqlite3.Error, TypeError) as error:
        yield wrong(
            "gradebook",
            f"{path} can't be used ({error})",
            "Close the programs that use it, make it writable, or put a backup in its place.",
        )
        return
    if version != alembic_version():
        yield wrong(
            "gradebook",
            f"{path} was made by another version of nbgrader",
            "Keep a copy of it, then run `nbgrader db upgrade` in the course's folder.",
        )
    else:
        yield fine("gradebook", f"{path} can be written; it has {counted(count, 'student')}")


def examine_roster(class_folder: ClassFolder) -> Iterator[Finding]:
    """Read roster.csv, and look for students who are not in it."""
    path = class_folder.root / "roster.csv"
    try:
        if not is_there(path):
            if not isinstance(class_folder, StockClass):
                yield fine("roster", "there is none; `autograder collect --roster FILE` writes it")
            return
        people = list(read_roster(class_folder).people)
    except (CourseError, OSError) as error:
        yield from_error("roster", error, f"Correct {path}.")
        return
    if not people:
        yield wrong(
            "roster",
            f"{path} names no students",
            "Its first line needs headings such as student, name, email; see docs/instructor.md.",
        )
        return
    yield fine("roster", f"{counted(len(people), 'student')} in {path}")
    known = {person.student for person in people}
    strangers = [name for name in _students(class_folder) if name not in known]
    if strangers:
        yield note(
            "roster",
            f"not in it, but in submitted/: {names(strangers)}",
            f"Correct their folders' names, or give each a row in {path}.",
        )


def examine_rules(class_folder: ClassFolder, assignments: Collection[str]) -> Iterator[Finding]:
    """Read rules.toml; every name in it must be known, or its line has no effect."""
    path = rules_path(class_folder.root)
    try:
        rules = read_rules(path)
    except (CourseError, OSError) as error:
        yield from_error("rules", error, f"Correct {path}.")
        return
    if rules is None:
        if not isinstance(class_folder, StockClass):
            yield fine("rules", "there is none, so nobody is late; `autograder late --init`")
        return
    named = [*rules.due, *(one.assignment for one in rules.extensions if one.assignment)]
    unknown = [name for name in dict.fromkeys(named) if assignments and name not in assignments]
    if unknown:
        yield wrong(
            "rules",
            f"{path}: there is no assignment called {names(unknown)}",
            f"The assignments are {names(sorted(assignments))}.",
        )
    students = _known_students(class_folder)
    named = [one.student for one in rules.extensions]
    strangers = [name for name in dict.fromkeys(named) if students and name not in students]
    if strangers:
        yield wrong(
            "rules",
            f"{path}: an extension is for {names(strangers)}, whom nobody knows",
            "Write the name of the student's folder, as in roster.csv.",
        )
    if not unknown and not strangers:
        found = f"{counted(len(rules.due), 'due date')} in {path}"
        yield fine("rules", found)


def examine_comments(class_folder: ClassFolder, assignments: Collection[str]) -> Iterator[Finding]:
    """Read comments.csv, which few classes have: without it there is nothing to say."""
    path = class_folder.root / FILE
    try:
        if not is_there(path):
            return
        comments = standing_comments(class_folder, assignments)
    except (CourseError, OSError) as error:
        yield from_error("comments", error, f"Correct {path}.")
    else:
        yield fine("comments", f"{counted(len(comments), 'standing comment')} in {path}")


def _known_students(class_folder: ClassFolder) -> set[str]:
    """Name everybody in the roster and in submitted/."""
    known = set(_students(class_folder))
    with suppress(CourseError, OSError):  # the roster's own finding says so
        known |= {person.student for person in read_roster(class_folder).people}
    return known
