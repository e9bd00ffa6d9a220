"""Attacks in what is handed in rather than in code: cells, marks, files, folders, links."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from support.arena import MARK, WRONG, Arena, Attack, notebook_of
from support.places import ROOT

from autograder.build.answer_files import Answers, parse_answers

PASSING = "print('10')\n10"

Change = Callable[[NotebookNode], None]


def build(name: str, arena: Arena) -> Attack:
    """Return the attack of that name."""
    if name in NOTEBOOKS:
        return _notebook(arena, NOTEBOOKS[name])
    if name in DOCUMENTS:
        return _document(arena, DOCUMENTS[name])
    return _file(arena, FILES[name])


def _notebook(arena: Arena, change: Change) -> Attack:
    """Change a notebook of wrong answers: no more than what they earn may come of it."""

    def attack(folder: Path) -> None:
        notebook = notebook_of(arena.course.release(arena.assignment), _wrong(arena))
        change(notebook)
        # A hostile notebook need not be valid: nbformat is not asked.
        _write(folder / arena.assignment / f"{arena.assignment}.ipynb", json.dumps(notebook))

    return attack


def _document(arena: Arena, change: Callable[[str], bytes]) -> Attack:
    """Change the bytes of the perfect notebook: unreadable means no points."""

    def attack(folder: Path) -> None:
        perfect = nbformat.writes(notebook_of(arena.course.release(arena.assignment)))
        _write(folder / arena.assignment / f"{arena.assignment}.ipynb", change(perfect))

    return attack


def _file(arena: Arena, make: Callable[[Path, Path], None]) -> Attack:
    """Put something else in the place of the notebook; `make` gets it and the class folder."""

    def attack(folder: Path) -> None:
        target = folder / arena.assignment / f"{arena.assignment}.ipynb"
        target.parent.mkdir(parents=True)
        make(target, folder.parents[1])

    return attack


def _wrong(arena: Arena) -> Answers:
    return parse_answers(WRONG[arena.assignment])


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path.write_bytes(data)


def _tests(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """List the test cells with their places, the last first, so that places stay."""
    cells = list(enumerate(notebook.cells))[::-1]
    return [pair for pair in cells if pair[1].metadata.get("nbgrader", {}).get("grade")]


def duplicated_tests(notebook: NotebookNode) -> None:
    """Hand in every test twice, the second time one that passes, under the same id and mark."""
    for place, cell in _tests(notebook):
        copy = NotebookNode({**cell, "source": PASSING})
        notebook.cells[place:place] = [copy]
        notebook.cells.append(NotebookNode({**cell, "id": f"{cell['id']}-2"}))


def edited_tests(notebook: NotebookNode) -> None:
    """Hand in tests that pass whatever the answer is."""
    for _, cell in _tests(notebook):
        cell.source = PASSING


def deleted_tests(notebook: NotebookNode) -> None:
    """Hand in no test."""
    for place, _ in _tests(notebook):
        del notebook.cells[place]


def retyped_tests(notebook: NotebookNode) -> None:
    """Make prose of the tests."""
    for _, cell in _tests(notebook):
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def reflagged_tests(notebook: NotebookNode) -> None:
    """Give the tests other points and marks, and mark own cells as tests."""
    for _, cell in _tests(notebook):
        cell.metadata.nbgrader.update(points=1e9, grade=False, solution=True, locked=False)
    forged = nbformat.v4.new_code_cell(PASSING, id="forged")
    forged.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "test_bonus",
        "points": 1000,
        "locked": True,
        "solution": False,
        "task": False,
        "schema_version": 3,
        "cell_type": "code",
    }
    notebook.cells.append(forged)


def forged_origins(notebook: NotebookNode) -> None:
    """Claim that own cells are the source's, expected, and already graded."""
    for number, source in enumerate(["raise SystemExit", PASSING]):
        cell = nbformat.v4.new_code_cell(source, id=f"own-{number}")
        cell.metadata["convpool"] = {"origin": "source", "expected": "anything", "score": 10}
        cell.metadata["nbgrader"] = {"locked": True, "grade": False, "solution": False}
        notebook.cells.insert(0, cell)


def moved_tests(notebook: NotebookNode) -> None:
    """Put the tests in front of everything, where nothing is defined."""
    tests = [notebook.cells.pop(place) for place, _ in _tests(notebook)]
    notebook.cells[:0] = tests


def doubled_ids(notebook: NotebookNode) -> None:
    """Give every cell the same id and every mark the same name."""
    for cell in notebook.cells:
        cell["id"] = "test_scale_pixels"
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["grade_id"] = "test_scale_pixels"
            cell.metadata.nbgrader["points"] = float("inf")


def schema_999(notebook: NotebookNode) -> None:
    """Marks of a version that does not exist, with fields of other types."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["schema_version"] = 999
            cell.metadata.nbgrader["points"] = {"a": [1]}


def other_kernel(notebook: NotebookNode) -> None:
    """Ask for a kernel that is a command."""
    notebook.metadata["kernelspec"] = {
        "name": "bash",
        "language": "bash",
        "display_name": "Bash",
        "argv": ["/bin/sh", "-c", f"touch /tmp/{MARK}"],
    }
    notebook.metadata["language_info"] = {"name": "bash"}


def forged_outputs(notebook: NotebookNode) -> None:
    """Hand in outputs and marks as if everything had been graded already."""
    notebook.metadata["nbgrader"] = {"score": 10, "autograded": True}
    for _, cell in _tests(notebook):
        cell.metadata.nbgrader["checksum"] = "0" * 32
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "10"})]


NOTEBOOKS: dict[str, Change] = {
    change.__name__: change
    for change in (
        *(duplicated_tests, edited_tests, deleted_tests, retyped_tests, reflagged_tests),
        *(forged_origins, moved_tests, doubled_ids, schema_999, other_kernel, forged_outputs),
    )
}


def _nested(perfect: str) -> bytes:
    deep = "[" * 50_000 + "]" * 50_000
    return perfect.replace('"metadata": {', f'"metadata": {{"deep": {deep}, ', 1).encode()


def _long_line(perfect: str) -> bytes:
    notebook: Any = json.loads(perfect)
    notebook["cells"][0]["source"] = "x" * 100_000_000
    return json.dumps(notebook).encode()


DOCUMENTS: dict[str, Callable[[str], bytes]] = {
    "line_of_100_mb": _long_line,
    "truncated_json": lambda perfect: perfect[: len(perfect) // 2].encode(),
    "not_utf8": lambda perfect: perfect.encode("cp500", "replace"),
    "empty_file": lambda perfect: b"",
    "nbformat_99": lambda perfect: perfect.replace('"nbformat": 4', '"nbformat": 99').encode(),
    "deep_nesting": _nested,
    "json_of_another_kind": lambda perfect: b'["cells", 10, null]',
}


def _symlink_to_neighbor(target: Path, class_root: Path) -> None:
    target.symlink_to(class_root / "submitted" / "ada" / target.parent.name / target.name)


def _symlink_to_source(target: Path, class_root: Path) -> None:
    target.symlink_to(ROOT / "solutions" / target.parent.name / target.name)


def _folder_is_a_link(target: Path, class_root: Path) -> None:
    target.parent.rmdir()
    target.parent.symlink_to(class_root / "submitted" / "ada" / target.parent.name)


def _dangling_folder(target: Path, class_root: Path) -> None:
    target.parent.rmdir()
    target.parent.symlink_to("/nowhere")


def _file_for_folder(target: Path, class_root: Path) -> None:
    target.parent.rmdir()
    target.parent.write_text("{}")


def _pipe(target: Path, class_root: Path) -> None:
    os.mkfifo(target)


def _hard_link_to_gradebook(target: Path, class_root: Path) -> None:
    target.hardlink_to(class_root / "gradebook.db")


def _device(target: Path, class_root: Path) -> None:
    target.symlink_to("/dev/zero")


def _slipping_names(target: Path, class_root: Path) -> None:
    for name in ("..\\..\\gradebook.db", "../".replace("/", "∕") + MARK, "reshape.ipynb\n", "-rf"):
        (target.parent / name).write_text(MARK)
    (target.parent / "reshape.ipynb ").write_text(MARK)


def _forged_timestamp(target: Path, class_root: Path) -> None:
    _slipping_names(target, class_root)
    (target.parent / "timestamp.txt").write_text("1970-01-01 00:00:00 UTC; score=10\n")
    (target.parent / "gradebook.db").write_text(MARK)
    os.utime(target.parent, (0, 0))


FILES: dict[str, Callable[[Path, Path], None]] = {
    "symlink_to_neighbor": _symlink_to_neighbor,
    "symlink_to_source": _symlink_to_source,
    "symlink_to_device": _device,
    "folder_is_a_link": _folder_is_a_link,
    "folder_is_a_dangling_link": _dangling_folder,
    "file_for_folder": _file_for_folder,
    "pipe_for_notebook": _pipe,
    "hard_link_to_gradebook": _hard_link_to_gradebook,
    "slipping_names": _slipping_names,
    "forged_timestamp": _forged_timestamp,
}
