"""Searches what students get for what they must not: solutions, hidden tests, explanations.

A cell's secret is what the build takes out of it. It is compared line by line, without white space,
with the text of every file that students get: the release on disk, files beside the notebooks, and
this package as it is installed. Lines that are long enough to come from nowhere else decide.
"""

import ast
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.build.stock_source import StockNotebook
from autograder.doctor.finding import Finding, names, note, wrong
from course.notebook.cell_marks import mark_of

LEAST = 12
"""Characters, without spaces, below which a secret may stand anywhere by chance."""
SHARE = 0.6
"""Of a secret's characters, which a text must hold to give it away."""
MOST_BYTES = 20 << 20
"""Size of the largest file that is read."""
TAKE_OUT = "Take it out, then build or release again."
KNOWN = "Learners can look there; while a notebook is graded, it is not there."

_MADE = {".git", "__pycache__"}
_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|KEEP ABOVE")


@dataclass(frozen=True)
class Secret:
    """What students must not find."""

    kind: str
    """Such as "the solution of"."""
    name: str
    """The `grade_id` of its cell, or the line of a question bank."""
    lines: tuple[str, ...]
    """Its lines without white space."""

    @property
    def is_short(self) -> bool:
        """Whether it may stand somewhere by chance."""
        return sum(map(len, self.lines)) < LEAST

    def is_in(self, lines: set[str]) -> bool:
        """Tell whether a text with these lines gives it away."""
        given = sum(len(line) for line in self.lines if line in lines)
        return bool(self.lines) and given >= SHARE * sum(map(len, self.lines))


@dataclass(frozen=True)
class Text:
    """A text that students get."""

    place: str
    """What an instructor calls it, such as a path."""
    lines: set[str]
    """Its lines without white space."""


def secrets_of(notebook: StockNotebook) -> list[Secret]:
    """Return what the build takes out of each cell of a notebook."""
    found = []
    for cell, shown in zip(notebook.source.cells, notebook.released, strict=True):
        mark, in_sight = mark_of(cell), set(squeezed_lines(shown))
        taken = [line for line in _telling(cell.source) if line not in in_sight]
        kind = "a hidden part of" if mark.is_test else "the solution of"
        secret = Secret(kind, mark.grade_id, tuple(taken))
        if taken and (not secret.is_short or _is_value(cell.source, taken)):
            found.append(secret)
    return found


def explanations_in(bank: Path) -> list[Secret]:
    """Return the explanations of a question bank, which tell the answers."""
    lines = enumerate(bank.read_text(encoding="utf-8").splitlines(), start=1)
    return [
        Secret(f"explanations in {bank.name}, line", str(number), (squeezed(line),))
        for number, line in lines
        if line.strip().startswith(">") and len(squeezed(line)) > 2 * LEAST
    ]


def squeezed(line: str) -> str:
    """Remove a line's white space, and the signs of a comment or quotation in front of it."""
    return "".join(line.split()).lstrip("#>")


def squeezed_lines(text: str) -> list[str]:
    """Return the lines that hold something, without white space."""
    return [line for line in map(squeezed, text.splitlines()) if line]


def _telling(source: str) -> list[str]:
    """Return the lines that are neither comments nor delimiters."""
    lines = (line.strip() for line in source.splitlines())
    kept = (line for line in lines if not line.startswith("#") and not _MARKER.search(line))
    return [squeezed(line) for line in kept if squeezed(line)]


def _is_value(source: str, taken: list[str]) -> bool:
    """Tell whether a short answer is one value with its name, such as `q1 = "b"`."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return False
    assigned = [
        one for one in statements if squeezed(ast.unparse(one)) == taken[0].replace('"', "'")
    ]
    return len(taken) == 1 and any(isinstance(one, ast.Assign) for one in assigned)


def texts_below(folder: Path, place: str, skip: Iterable[Path] = ()) -> Iterator[Text]:
    """Yield the files below a folder; `place` is what to call the folder."""
    skipped = set(skip)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inside = path.relative_to(folder)
        if path.is_file() and not _MADE & set(inside.parts) and not skipped & {path, *path.parents}:
            yield from texts_of(path, f"{place}/{inside}")


def texts_of(path: Path, place: str) -> Iterator[Text]:
    """Yield a file's text; those of its members for a zip file or a wheel."""
    if path.stat().st_size > MOST_BYTES:
        return
    if path.suffix in (".zip", ".whl") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size <= MOST_BYTES:
                    content = archive.read(member)
                    yield Text(f"{place}, {member.filename}", lines_of(content, member.filename))
        return
    yield Text(place, lines_of(path.read_bytes(), path.name))


def lines_of(content: bytes, name: str) -> set[str]:
    """Return the lines of a file, those of all strings in JSON; none for other data."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return set()
    if name.endswith((".ipynb", ".json")):
        try:
            found = {line for each in _strings(json.loads(text)) for line in squeezed_lines(each)}
        except (ValueError, RecursionError):
            found = set()
        return found | set(squeezed_lines(text))
    return set(squeezed_lines(text))


def _strings(value: Any) -> Iterator[str]:
    """Yield all strings in JSON; a list of strings is one text, as in notebooks."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            yield "".join(value)
        for each in value:
            yield from _strings(each)


def released_text(notebook: StockNotebook, place: str) -> Text:
    """Return what the build would hand out of a notebook."""
    return Text(place, {line for text in notebook.released for line in squeezed_lines(text)})


def giveaways(
    secrets: list[Secret], texts: Iterable[Text], *, covered: bool = False
) -> Iterator[Finding]:
    """Yield a finding for each text that gives something away.

    Parts of this package that are `covered` while a notebook is graded, such as the lesson, may
    show what a gap asks for: that is worth knowing, and not wrong.
    """
    for text in texts:
        given = [secret for secret in secrets if secret.is_in(text.lines)]
        if given:
            wholly = any(not secret.is_short for secret in given) and not covered
            found = f"gives away {names(_said(given))}"
            finding = wrong if wholly else note
            yield finding(text.place, found, KNOWN if covered else TAKE_OUT)


def _said(given: list[Secret]) -> list[str]:
    """Name secrets, with the kind in front of the first of each kind."""
    kinds = list(dict.fromkeys(secret.kind for secret in given))
    own = {kind: [secret.name for secret in given if secret.kind == kind] for kind in kinds}
    return [
        f"{kind} {name}" if place == 0 else name
        for kind in kinds
        for place, name in enumerate(own[kind])
    ]
