"""Notebooks as pages: run once and kept, then dressed for a reader who can't run them."""

import hashlib
import os
import re
import tempfile
from html import escape
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from traitlets.config import Config

from course.data import write_subset
from course.data.sources import SUBSET_VARIABLE
from course.training.fit import AGAIN_VARIABLE

_MINUTES = 30
"""No notebook of the course takes as long, on a slow machine."""

_HEADING = re.compile(r"^#{2,4} +(.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_DRAWING = re.compile(r"!\[([^\]]*)\]\((data:image/svg\+xml;base64,[\w+/=]+)\)")
_RESULT = re.compile(r"\.(compare|reveal)\(")
"""What a cell calls that shows the result of a prediction."""

_MADE_WITH = """\
```{note}
You read this notebook as a page. Its results come from a run with `QUICK = True`IMAGES, so
accuracies and pictures differ a little from those that you get. To run it, and to type your
predictions, [install the course](/docs/learner.md#start).
```"""
_GAPS = """\
```{note}
This is the exercise as it is released, with its gaps. To fill them and to run the checks,
[install the course](/docs/learner.md#start).
```"""
_STOPS = "Runs when the gaps above are filled."
_QUIZ = "The [practice quiz](/course/lessons/practice.ipynb) has these questions and all others."


class RunNotebooks:
    """Runs notebooks in a kernel, and keeps each for as long as its code and the course's stay."""

    def __init__(self, package: Path, cache: Path, few: bool = False) -> None:
        """Keep what was run in `cache`; `few` takes the few images that grading uses."""
        self._cache = cache
        self._variables = {"COURSE_DATA": os.environ.get("COURSE_DATA", "standin")}
        if few:
            images = cache / "images"
            write_subset(images)
            self._variables[SUBSET_VARIABLE] = str(images)
        self._versions = _digest(
            *(f"{path.relative_to(package)} {path.read_text('utf-8')}" for path in _code(package)),
            repr(sorted(self._variables.items())),
        )

    def __call__(self, path: Path, has_gaps: bool) -> NotebookNode:
        """Return the notebook with outputs; cells may stop with an error only if it has gaps."""
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace("QUICK = False", "QUICK = True ")
        key = _digest(self._versions, *(cell.source for cell in notebook.cells))
        kept = self._cache / "run" / f"{path.stem}-{key[:20]}.ipynb"
        if kept.is_file():
            return nbformat.read(kept, as_version=4)
        self._run(notebook, has_gaps)
        kept.parent.mkdir(parents=True, exist_ok=True)
        for older in kept.parent.glob(f"{path.stem}-*.ipynb"):
            older.unlink()
        nbformat.write(notebook, kept)
        return notebook

    def _run(self, notebook: NotebookNode, has_gaps: bool) -> None:
        with tempfile.TemporaryDirectory(prefix="convpool-") as folder:
            # Nothing that a learner on this machine has kept is shown or touched.
            variables = {
                **os.environ,
                "COURSE_STATE_DIR": folder,
                "COURSE_CACHE_DIR": str(self._cache / "course"),
                AGAIN_VARIABLE: "1",
                **self._variables,
            }
            NotebookClient(
                notebook,
                timeout=60 * _MINUTES,
                startup_timeout=300,
                kernel_name="python3",
                allow_errors=has_gaps,
                config=_through_sockets(folder),
                resources={"metadata": {"path": folder}},
            ).execute(env=variables)


def _through_sockets(folder: str) -> Config:
    """Connect kernels through files in a folder: over TCP each warns that others could listen."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})


def _code(package: Path) -> list[Path]:
    """List what can change a result: the package's modules, texts and templates."""
    kinds = (".py", ".md", ".j2", ".css", ".js")
    return sorted(path for path in package.rglob("*") if path.suffix in kinds)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def page_of(notebook: NotebookNode, has_gaps: bool) -> NotebookNode:
    """Return a notebook that was run as a page: no widgets, results folded, errors in words."""
    notebook.metadata.pop("widgets", None)
    kept = [cell for cell in notebook.cells if "colab" not in _tags(cell)]
    cells = [one for cell in kept for one in _dressed(cell)]
    standin = os.environ.get("COURSE_DATA", "standin") == "standin"
    made_with = _MADE_WITH.replace("IMAGES", " on drawn stand-in images" if standin else "")
    cells.insert(1, new_markdown_cell(_GAPS if has_gaps else made_with))
    notebook.cells = cells
    return notebook


def _dressed(cell: NotebookNode) -> list[NotebookNode]:
    """Return what a page has in place of a cell."""
    if cell.cell_type == "markdown":
        cell.source = _with_pictures(_with_anchors(cell.source))
    elif "show_quiz(" in cell.source:
        cell.outputs = []
        return [cell, new_markdown_cell(_QUIZ)]
    else:
        cell.outputs = [_plain(output) for output in cell.outputs]
        if _RESULT.search(cell.source):
            cell.metadata["tags"] = [*_tags(cell), "hide-cell"]
            shown = {"code_prompt_show": "Show the result", "code_prompt_hide": "Hide the result"}
            cell.metadata["mystnb"] = shown
    return [cell]


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _with_anchors(source: str) -> str:
    """Put before each heading the anchor that JupyterLab gives it: the quiz links to those."""
    code = [match.span() for match in _FENCED.finditer(source)]

    def anchored(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in code):
            return match.group()
        anchor = match[1].replace("`", "").replace(" ", "-").replace('"', "&quot;")
        return f'<div id="{anchor}"></div>\n\n{match.group()}'

    return _HEADING.sub(anchored, source)


def _with_pictures(source: str) -> str:
    """Write drawings that a text holds as HTML: Markdown's parser takes no SVG for a picture."""
    return _DRAWING.sub(lambda found: f'<img alt="{escape(found[1])}" src="{found[2]}">', source)


def _plain(output: NotebookNode) -> NotebookNode:
    """Return an output without what needs a kernel."""
    if output.output_type == "error":
        return new_output("stream", name="stdout", text=_STOPS)
    for kind in list(output.get("data", {})):
        if kind.startswith("application/vnd.jupyter.widget"):
            del output.data[kind]
    return output
