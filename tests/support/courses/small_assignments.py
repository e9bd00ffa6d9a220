"""Small assignments of other fields, in the style of public nbgrader courses.

`sources/NAME.txt` is one assignment. Its first line says what it is about; then come sections:

    === notebook NAME [nbformat=4.2] [language=R]   cells follow; nbformat is 4.5 unless given
    === file PATH                                   a text file beside the notebooks
    === right WHAT IT IS                            full marks in every test; cells follow
    === wrong WHAT IT IS                            lines `GRADE_ID = POINTS`, then cells
    === untouched                                   such lines for the release as it is

A cell begins with a line `%% KIND`: `markdown`, `code` (unmarked), `locked: ID`, `answer: ID`,
`test POINTS: ID`, `manual POINTS: ID` (code), `manual-text POINTS: ID`, `task POINTS: ID`. An id
has letters, digits, `_` and `-`: nbgrader refuses others. Behind a test's ID, ` << REASON` says
why it can't run outside the student's process.

In an answer, `%% ID` replaces the source of one cell, and `%% before: ID` is a cell of the
student's own. What an answer does not name is as in the source, which is the reference solution.
Tests that are not named have full marks in a wrong answer, and none in the untouched release. With
several notebooks an id is written `NOTEBOOK/ID`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from support.stock_course import answer, cell, manual, ordinary_test, task

SOURCES = Path(__file__).parent / "sources"
REFERENCE, UNTOUCHED = "the reference solution", "the release, untouched"
Marks = dict[str, float | None]
"""Points by `NOTEBOOK/GRADE_ID`; None where a person's mark is awaited."""

_HEAD = re.compile(
    r"%% (?P<kind>[a-z-]+)(?: (?P<points>[\d.]+))?"
    r"(?:: (?P<id>[A-Za-z0-9_-]+)(?: << (?P<inside>.+))?)?"
)
_KINDS = ("markdown", "code", "locked", "answer", "test", "manual", "manual-text", "task")


@dataclass(frozen=True)
class SmallCell:
    """One cell of a source notebook."""

    kind: str
    source: str
    grade_id: str = ""
    points: float = 0
    inside: str = ""
    """Why a test can't run outside the student's process; "" if it can."""

    @property
    def is_code(self) -> bool:
        """Whether a kernel runs it."""
        return self.kind in ("code", "locked", "answer", "test", "manual")

    @property
    def is_manual(self) -> bool:
        """Whether a person marks it, and an unchanged one has 0 points."""
        return self.kind.startswith("manual")

    def node(self) -> NotebookNode:
        """Return it as nbgrader reads it."""
        source, name, points = self.source, self.grade_id, self.points
        match self.kind:
            case "answer":
                return answer(source, name)
            case "test":
                return ordinary_test(source, name, points)
            case "manual":
                return manual(source, name, points, kind="code")
            case "manual-text":
                return manual(source, name, points)
            case "task":
                return task(source, name, points)
            case "locked":
                return cell(source, name, locked=True)
        return cell(source, kind=self.kind)

    def released(self) -> "SmallCell":
        """Return it as nbgrader releases it: with the stub in place of the solution."""
        node = self.node()
        ClearSolutions().preprocess_cell(node, {"language": "python"}, 0)
        return replace(self, source=node.source)


@dataclass(frozen=True)
class SmallNotebook:
    """A notebook of a source folder, or of a submission."""

    name: str
    cells: list[SmallCell] = field(default_factory=list)
    minor: int = 5
    language: str = "python"

    def write(self, folder: Path) -> None:
        """Write it into a folder; only nbformat 4.5 has ids of cells."""
        nodes = [each.node() for each in self.cells]
        if self.minor >= 5:
            for index, node in enumerate(nodes):
                node["id"] = f"cell-{index}"
        name = "python3" if self.language == "python" else "ir"
        kernel = {"name": name, "display_name": self.language, "language": self.language}
        notebook = NotebookNode(
            cells=nodes, metadata={"kernelspec": kernel}, nbformat=4, nbformat_minor=self.minor
        )
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{self.name}.ipynb")


@dataclass(frozen=True)
class SmallAnswer:
    """What a student hands in, as differences from the source, and the marks for it."""

    name: str
    right: bool = True
    cells: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SmallAssignment:
    """An assignment: notebooks, files beside them, and answers with their marks."""

    name: str
    title: str
    notebooks: list[SmallNotebook] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    answers: list[SmallAnswer] = field(default_factory=list)

    @property
    def is_python(self) -> bool:
        """Whether it can be graded here; else one line refuses it."""
        return all(each.language == "python" for each in self.notebooks)

    def cells(self) -> Iterator[tuple[str, SmallCell]]:
        """Yield each marked cell with its `NOTEBOOK/GRADE_ID`."""
        for notebook in self.notebooks:
            for each in notebook.cells:
                if each.grade_id:
                    yield f"{notebook.name}/{each.grade_id}", each

    def tests(self) -> dict[str, SmallCell]:
        """Return the autograder tests by `NOTEBOOK/GRADE_ID`."""
        return {name: each for name, each in self.cells() if each.kind == "test"}

    def expected(self, given: SmallAnswer) -> Marks:
        """Return the automatic marks of all graded cells; tasks are no part of them."""
        usual = given.name != UNTOUCHED
        marks: Marks = {name: each.points * usual for name, each in self.tests().items()}
        for name, each in self.cells():
            if each.is_manual:
                marks[name] = None if usual else 0
        return marks | given.marks

    def handed_in(self, given: SmallAnswer) -> list[SmallNotebook]:
        """Return the notebooks as a student hands them in."""
        return [replace(each, cells=list(_handed_in(each, given))) for each in self.notebooks]

    def write_source(self, folder: Path) -> None:
        """Write the assignment's source folder."""
        self._write(self.notebooks, folder)

    def write_submission(self, given: SmallAnswer, folder: Path) -> None:
        """Write the folder that a student hands in, with the files beside."""
        self._write(self.handed_in(given), folder)

    def _write(self, notebooks: list[SmallNotebook], folder: Path) -> None:
        for notebook in notebooks:
            notebook.write(folder)
        self.write_files(folder)

    def write_files(self, folder: Path) -> None:
        """Write the files beside the notebooks."""
        for path, text in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def _handed_in(notebook: SmallNotebook, given: SmallAnswer) -> Iterator[SmallCell]:
    for each in notebook.cells:
        name = f"{notebook.name}/{each.grade_id}"
        if name in given.before:
            yield SmallCell("code", given.before[name])
        if given.name == UNTOUCHED and each.kind in ("answer", "manual", "manual-text"):
            yield each.released()
        else:
            yield replace(each, source=given.cells.get(name, each.source))


@cache
def small_assignments() -> list[SmallAssignment]:
    """Return all of them, by name."""
    return [read_small_assignment(path) for path in sorted(SOURCES.glob("*.txt"))]


def read_small_assignment(path: Path) -> SmallAssignment:
    """Read one; raises ValueError where the text breaks a rule of this module."""
    title, *sections = re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    read = SmallAssignment(path.stem, title.strip())
    answers: list[SmallAnswer] = [SmallAnswer(REFERENCE)]
    untouched = SmallAnswer(UNTOUCHED, right=False)
    for section in sections:
        head, _, body = section.partition("\n")
        kind, _, rest = head.strip().partition(" ")
        if kind == "notebook":
            read.notebooks.append(_notebook(rest, body))
        elif kind == "file":
            read.files[rest] = body
        elif kind in ("right", "wrong"):
            answers.append(_answer(read, rest, body, right=kind == "right"))
        elif kind == "untouched":
            untouched = replace(untouched, marks=_answer(read, rest, body, right=False).marks)
        else:
            raise ValueError(f"{path.name}: no section is called {kind!r}")
    read.answers.extend([*answers, untouched] if read.is_python else [])
    return read


def _notebook(head: str, body: str) -> SmallNotebook:
    name, *options = head.split()
    given = dict(option.split("=") for option in options)
    minor = int(given.get("nbformat", "4.5").removeprefix("4."))
    cells = []
    for line, source in _chunks(body):
        match = _HEAD.fullmatch(line)
        if match is None or match["kind"] not in _KINDS:
            raise ValueError(f"{name}: {line!r} is no head of a cell")
        points = float(match["points"] or 0)
        cells.append(
            SmallCell(match["kind"], source, match["id"] or "", points, match["inside"] or "")
        )
    return SmallNotebook(name, cells, minor, given.get("language", "python"))


def _answer(read: SmallAssignment, name: str, body: str, right: bool) -> SmallAnswer:
    known = {full for full, _ in read.cells()}
    [only, *others] = [each.name for each in read.notebooks]

    def full(grade_id: str) -> str:
        name_in = grade_id if others else f"{only}/{grade_id}"
        if name_in not in known:
            raise ValueError(f"{read.name}, {name}: no cell is called {grade_id!r}")
        return name_in

    found = SmallAnswer(name, right)
    for line in re.split(r"^%% ", body, maxsplit=1, flags=re.MULTILINE)[0].splitlines():
        if line.strip():
            grade_id, _, points = line.rpartition(" = ")
            found.marks[full(grade_id)] = float(points)
    for line, source in _chunks(body):
        head = line.removeprefix("%% ")
        kept = found.before if head.startswith("before: ") else found.cells
        kept[full(head.removeprefix("before: "))] = source
    return found


def _chunks(body: str) -> Iterator[tuple[str, str]]:
    """Yield the head and the source of each cell."""
    for chunk in re.split(r"^(?=%% )", body, flags=re.MULTILINE):
        if chunk.startswith("%% "):
            line, _, source = chunk.partition("\n")
            yield line.rstrip(), source.strip("\n")
