"""The notebook `improve` as the grader scores it: hidden images, test cell, printed score."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from course.data import load_data
from course.data.idx import Split, balanced_indices, save_subset
from course.learner.lab import notebooks
from course.lessons.improve_rules import NAME, right_answers
from course.notebook.cell_marks import mark_of, origin_of

TRAINING_IMAGES = 6_000
HIDDEN_SHARE = 0.5
"""The part of the test images that is hidden."""

_HIDDEN = "hidden.npz"

SCORED = "improve: "
"""The start of the line with a score. Only the trusted process writes into a test cell."""


def lay_out(data: Path, secret: bytes) -> None:
    """Write the images that notebooks load into `data`, and the hidden images beside that folder.

    The class's secret decides which test images are hidden: nobody can foresee them, and every
    run hides the same ones. The sandbox shows `data` and nothing beside it.
    """
    (images, labels), (test_images, test_labels) = load_data()
    chosen = balanced_indices(labels, min(TRAINING_IMAGES, len(labels)))
    hidden = _draw(test_labels, secret)
    save_subset(
        data, ((images[chosen], labels[chosen]), (test_images[~hidden], test_labels[~hidden]))
    )
    np.savez(data.parent / _HIDDEN, images=test_images[hidden], labels=test_labels[hidden])


def _draw(labels: np.ndarray, secret: bytes) -> np.ndarray:
    """Choose half of each class: (n,) of bool."""
    digest = hmac.new(secret, b"improve: hidden images", hashlib.sha256).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    hidden = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        hidden[rng.choice(places, int(HIDDEN_SHARE * len(places)), replace=False)] = True
    return hidden


def hidden_file(data: Path) -> Path:
    """Return where `lay_out` puts the hidden images."""
    return data.parent / _HIDDEN


def read_hidden(path: Path) -> Split:
    """Read the hidden images (n, 28, 28) and their labels (n,)."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]


def scoring_source(hidden: Path | str) -> NotebookNode:
    """Return the learners' notebook with hidden tests that call `score` on the file `hidden`."""
    notebook = nbformat.read(notebooks()[f"{NAME}/{NAME}.ipynb"], as_version=4)
    for cell in notebook.cells:
        mark = mark_of(cell)
        if mark.is_gap:
            # The released network works already; learners may change all of it.
            cell.source += _region("SOLUTION", ["### KEEP ABOVE"])
        elif mark.is_test:
            scoring = [
                "    from autograder.pages.leaderboard.scoring_notebook import score",
                f"    score(model, {str(hidden)!r})",
            ]
            cell.source += _region("HIDDEN TESTS", scoring, indent="    ")
    return notebook


def _region(name: str, lines: list[str], indent: str = "") -> str:
    return "\n".join(["", f"{indent}### BEGIN {name}", *lines, f"{indent}### END {name}"])


def score(model: Any, hidden: str) -> None:
    """Print one line: the number of parameters, and which hidden images are classified correctly.

    Runs in the test cell, in the trusted process.
    """
    right = right_answers(model, *read_hidden(Path(hidden)))
    line = {
        "parameters": int(model.count_params()),
        "tested": len(right),
        "right": np.packbits(right).tobytes().hex(),
    }
    print(SCORED + json.dumps(line))


def read_score(notebook: dict[str, Any]) -> dict[str, Any] | None:
    """Find the line that `score` printed in a graded notebook; None if there is none."""
    for cell in notebook.get("cells", []):
        if not (mark_of(cell).is_test and origin_of(cell) == "source"):
            continue
        for output in cell.get("outputs", []):
            for line in str(output.get("text", "")).splitlines():
                if line.startswith(SCORED):
                    found: dict[str, Any] = json.loads(line.removeprefix(SCORED))
                    return found
    return None


def unpack(found: dict[str, Any]) -> np.ndarray:
    """Return which hidden images were classified correctly: (n,) of bool."""
    packed = np.frombuffer(bytes.fromhex(found["right"]), np.uint8)
    return np.unpackbits(packed)[: found["tested"]].astype(bool)
