"""Archives as Canvas, Moodle and Gradescope hand them out, in their documented forms."""

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
