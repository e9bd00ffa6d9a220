"""Archives as each system hands them out, in the forms that `autograder/lms/forms.py` names."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from support.reference import reference

from autograder.build.answer_files import fill, parse_answers
from autograder.folders import CourseFolder


def notebook_bytes(course: CourseFolder, assignment: str = "reshape", answers: str = "") -> bytes:
    """A released notebook with answers in it; the reference solution's if none are given."""
    release = nbformat.read(course.release(assignment), as_version=4)
    written = parse_answers(answers) if answers else reference(course, assignment)
    return nbformat.writes(fill(release, written)).encode()


def marked(content: bytes, what: str) -> bytes:
    """The same notebook with another digest."""
    notebook = json.loads(content)
    notebook["metadata"]["attempt"] = what
    return json.dumps(notebook).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a zip to a file."""
    path.write_bytes(zipped(members))
    return path


def canvas_name(sortable: str, user: int, file: int, own: str, late: bool = False) -> str:
    """Name a file as Canvas's `content_zipper.rb` does."""
    name = re.sub(r"_(\d+)_", r"\1", sortable).lower()
    first = "_".join(filter(None, (name, "LATE" if late else "", str(user))))
    # Ruby's [[:word:]]: letters, marks, decimal digits and connectors.
    kept = "".join(s for s in first if s == "_" or s.isalnum() or _is_mark(s))
    return f"{kept}_{file}_" + re.sub(r'[\x00/\\:*?"<>|]+', "_", own)


def _is_mark(sign: str) -> bool:
    import unicodedata

    return unicodedata.category(sign).startswith("M")


def moodle_folder(full_name: str, participant: int, old: bool = False) -> str:
    """Name a folder as Moodle's `mod/assign/classes/downloader.php` does (before 4.x: `old`)."""
    name = re.sub(r"[\x00-\x1f<>\"`|':\\/&]", "", full_name.replace("_", " "))
    return f"{name}_{participant}_assignsubmission_file" + ("_" if old else "")


def gradescope_export(
    number: int, submissions: Mapping[int, tuple[list[dict[str, str]], str, Mapping[str, bytes]]]
) -> dict[str, bytes]:
    """The members of an export: people, time (as Ruby writes it) and files by submission."""
    root = f"assignment_{number}_export"
    lines = []
    members: dict[str, bytes] = {}
    for key, (people, created, files) in submissions.items():
        lines.append(f"submission_{key}:\n  :submitters:\n")
        for person in people:
            lines.append(f"  - :name: {_single(person['name'])}\n")
            lines.append(f"    :sid: {_single(person.get('sid', ''))}\n")
            lines.append(f"    :email: {_single(person.get('email', ''))}\n")
        lines.append(f"  :created_at: {created}\n  :score: 0.0\n  :status: processed\n")
        for name, content in files.items():
            members[f"{root}/submission_{key}/{name}"] = content
    return {f"{root}/submission_metadata.yml": "".join(lines).encode(), **members}


def blackboard_files(
    title: str, login: str, time: str, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Name one attempt's files as Blackboard does, with its note on the attempt."""
    stem = f"{title}_{login}_attempt_{time}"
    return {f"{stem}.txt": b"Name: ...", **{f"{stem}_{own}": files[own] for own in files}}


def brightspace_folder(name: str, time: str, number: int = 1) -> str:
    """Name one submission's folder as Brightspace does."""
    return f"{397000 + number}-2557369 - {name} - {time}"


def sakai_export(
    title: str, people: Mapping[str, tuple[str, Mapping[str, bytes]]]
) -> dict[str, bytes]:
    """The members of Sakai's archive: time and files by `Last, First(login)`, with all options."""
    members = {f"{title}/grades.csv": f'"{title}",Points\n\nDisplay ID,ID\n'.encode()}
    for who, (time, files) in people.items():
        root = f"{title}/{who}"
        members[f"{root}/timestamp.txt"] = time.encode()
        members[f"{root}/comments.txt"] = b""
        members[f"{root}/feedbackText.html"] = b""
        members[f"{root}/Feedback Attachment(s)/reshape.ipynb"] = b"{}"
        for own, content in files.items():
            members[f"{root}/Submission attachment(s)/{own}"] = content
    return members


def ilias_export(
    title: str, folders: Mapping[str, Mapping[str, bytes]], of: str
) -> dict[str, bytes]:
    """The members of ILIAS's archive; `of` is its word for submissions."""
    members = {f"{title}/{title}.xlsx": b"PK"}
    for folder, files in folders.items():
        members |= {f"{title}/{of}/{folder}/{own}": files[own] for own in files}
    return members


def tarred(members: Mapping[str, bytes], mode: str = "gz") -> bytes:
    """A tar of these members, compressed or, with "", not."""
    import tarfile

    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{mode}") as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def zipped_in(encoding: str, members: Mapping[str, bytes]) -> bytes:
    """A zip whose names are in an old encoding, without a sign of that, as Windows writes them."""
    held = {f"{at}".rjust(len(name.encode(encoding)), "#"): name for at, name in enumerate(members)}
    content = zipped({plain: members[name] for plain, name in held.items()})
    for plain, name in held.items():
        content = content.replace(plain.encode(), name.encode(encoding))
    return content


def _single(text: str) -> str:
    """A text in YAML's single quotes, as Ruby writes it."""
    return "'" + text.replace("'", "''") + "'"


def sources(course: CourseFolder, *names: str) -> dict[str, NotebookNode]:
    """Read source notebooks."""
    return {name: nbformat.read(course.source(name), as_version=4) for name in names}


def table(text: str) -> list[dict[str, Any]]:
    """Read CSV text with Python's own reader."""
    import csv

    return list(csv.DictReader(io.StringIO(text, newline="")))
