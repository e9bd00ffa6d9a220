"""The verdicts on the bank of answers, on disk as they come: a stopped run goes on where it was.

A verdict holds for what it was made with: the code, the exercises, the bank's own tools, the
packages and the images. If any of these changes, all verdicts are made anew; if an answer
changes, those on it.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from support.bank import Entry
from support.bank_ways import Outcome
from support.places import COURSE

FOLDER = COURSE.root / ".validity"
PARTS = ("course", "autograder", "solutions", "exercises", "tests/support")
KINDS = {".py", ".ipynb", ".md", ".toml", ".html", ".css"}
PACKAGES = ("ipykernel", "keras", "nbgrader", "numpy", "scipy", "tensorflow")


def conditions(root: Path = COURSE.root) -> str:
    """Return a digest of all that a verdict depends on, apart from the answer."""
    digest = hashlib.sha256(os.environ.get("COURSE_DATA", "").encode())
    digest.update(os.environ.get("FASHION_MNIST_DIR", "").encode())
    digest.update(" ".join(f"{name}={version(name)}" for name in PACKAGES).encode())
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in KINDS and path.is_file():
                digest.update(f"{path.relative_to(root)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


class VerdictRecord:
    """A file of verdicts, a line each; one that was cut off by a stop is left out."""

    def __init__(self, folder: Path, made_with: str) -> None:
        """Read what was made with the same `conditions`."""
        self._path = folder / f"{made_with[:16]}.jsonl"
        self._lines: dict[tuple[str, str], dict[str, object]] = {}
        for line in self._path.read_text("utf-8").splitlines() if self._path.exists() else []:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            self._lines[found["way"], found["answer"]] = found

    def find(self, way: str, entry: Entry) -> Outcome | None:
        """Return an earlier verdict on this very answer."""
        found = self._lines.get((way, _id_of(entry)))
        if found is None:
            return None
        return Outcome(
            entry, float(str(found["score"])), str(found["misconception"]), str(found["message"])
        )

    def keep(self, way: str, outcomes: Iterable[Outcome]) -> None:
        """Write verdicts down, at once."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            for outcome in outcomes:
                line: dict[str, object] = {
                    "way": way,
                    "answer": _id_of(outcome.entry),
                    "score": outcome.score,
                    "misconception": outcome.misconception,
                    "message": outcome.message,
                }
                self._lines[way, _id_of(outcome.entry)] = line
                # A line that a stop cut off gets an end.
                file.write(f"\n{json.dumps(line)}\n")

    def forget(self) -> None:
        """Drop all verdicts."""
        self._path.unlink(missing_ok=True)
        self._lines.clear()


def _id_of(entry: Entry) -> str:
    """Name an answer by its gap and its text; what the bank expects of it may change."""
    text = json.dumps([entry.gap, entry.answers.gaps, entry.answers.own_cells])
    return f"{entry.name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
