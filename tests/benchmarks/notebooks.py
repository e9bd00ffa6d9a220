"""Run every notebook from top to bottom; print the time and the memory that each takes.

`make notebooks` runs all of them twice, on the real images (FASHION_MNIST_DIR, the Keras cache or
the download) and on the drawn stand-in. The exercises are run with the reference solutions in
them. Nothing that an earlier run has kept is used. Names of notebooks as arguments run those only:

    python tests/benchmarks/notebooks.py cnn further
"""

import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.folders import CourseFolder
from course.learner.lab import LEARNERS_NOTEBOOKS
from course.training.fit import AGAIN_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {"real": "real", "stand-in": "standin"}
_PAUSE_SECONDS = 0.2


@dataclass
class Measured:
    """What one notebook took."""

    seconds: float
    peak_bytes: int
    """The most memory that its kernel had in use at a time (resident set)."""
    error: str = ""
    """The first line of what went wrong, with the cell's first line; empty if nothing did."""


def all_notebooks() -> dict[str, Path]:
    """Name each notebook and the file to run, in the order in which a learner meets them."""
    course = CourseFolder(ROOT)
    own = {Path(name).stem: ROOT / "course" / "lessons" / name for name in LEARNERS_NOTEBOOKS}
    exercises = {name: course.source(name) for name in course.assignments()}
    return {"lesson": own.pop("lesson"), **exercises, **own}


def run(path: Path, environment: dict[str, str]) -> Measured:
    """Run one notebook in a kernel with these variables set."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        # A learner's folders: neither their kept results nor ours are touched.
        kept = {"COURSE_STATE_DIR": folder, AGAIN_VARIABLE: "1"}
        client = NotebookClient(
            notebook, timeout=3600, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        variables = {**os.environ, **kept, **environment}
        # ipykernel leaves file descriptor 2 alone where it sees this.
        variables.pop("PYTEST_CURRENT_TEST", None)
        started = time.perf_counter()
        with client.setup_kernel(env=variables), Memory(client) as memory:
            error = _run_cells(client, notebook)
        return Measured(time.perf_counter() - started, memory.peak, error)


def _run_cells(client: Any, notebook: Any) -> str:
    for index, cell in enumerate(notebook.cells):
        try:
            client.execute_cell(cell, index)
        except CellExecutionError as error:
            return f"{cell.source.splitlines()[0]}: {error.ename}: {error.evalue}"[:200]
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                return f"{cell.source.splitlines()[0]}: stderr: {output.text}"[:200]
    return ""


class Memory:
    """Watches a kernel's memory while a block runs; 0 where the system does not tell."""

    def __init__(self, client: Any) -> None:
        self.peak = 0
        self._process = client.km.provisioner.process.pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()  # a short notebook may have run between two looks

    def _watch(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, resident_bytes(self._process))


def resident_bytes(process: int) -> int:
    """Return the most memory that a process has had in use so far; 0 where that isn't told."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    peak = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak[0]) * 1024 if peak else 0


def row(name: str, found: Measured) -> str:
    """Write what one notebook took."""
    minutes, seconds = divmod(round(found.seconds), 60)
    memory = f"{found.peak_bytes / 2**30:5.2f} GiB"
    return f"{name:12} {minutes:3}:{seconds:02} {memory}  {found.error or 'ran to its end'}"


def main(names: list[str]) -> int:
    """Print a row for each notebook; 1 if one of them failed."""
    known = all_notebooks()
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.stderr.write(f"There is no notebook {unknown[0]!r}; there are {', '.join(known)}.\n")
        return 2
    failed = False
    print(f"{os.cpu_count()} processor cores. Minutes:seconds and peak memory of the kernel.")
    for source, choice in SOURCES.items():
        for name in names or list(known):
            found = run(known[name], {"COURSE_DATA": choice})
            failed = failed or bool(found.error)
            print(f"{source:9} {row(name, found)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
