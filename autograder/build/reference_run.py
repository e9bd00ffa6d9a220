"""Runs the reference solutions in full, and trains a dense model to compare with the CNN.

As a program, `python -m autograder.build.reference_run`, it trains the dense model alone and prints
its figures as one line of JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.build.script import read_source_notebook
from autograder.folders import CourseFolder
from course.errors import GradingError
from course.notebook.cell_marks import mark_of
from course.training.fit import AGAIN_VARIABLE

EPOCHS = 5
SEED = 1

_CELL_SECONDS = 3_000  # longest run of one cell: all epochs on all images in a slow container
_TRAINING_CELL = "history = train("
# Evaluated in the cnn notebook's kernel after its last cell.
_MEASURE = 'import json; json.dumps({"parameters": model.count_params(), "accuracy": accuracy})'

Progress = Callable[[str, int, int], None]
"""Called with what runs, how many of its cells are done, and how many it has."""


@dataclass(frozen=True)
class Figures:
    """What was measured of one trained model."""

    parameters: int
    seconds: float
    """Of training alone."""
    accuracy: float
    """On the test images, from 0 to 1."""


def run_solutions(
    course: CourseFolder, names: list[str], quick: bool, progress: Progress
) -> dict[str, Figures]:
    """Execute the named source notebooks (all, if none is named) from top to bottom.

    Returns the figures of "dense" and "CNN" if the cnn notebook is among them, else nothing.
    `quick` uses the few images that grading uses. Raises `GradingError` if a solution fails.
    """
    wanted = course.require(names)
    # Weights that are kept from an earlier training would make its measured time zero.
    environment = {**os.environ, AGAIN_VARIABLE: "1"}
    if quick:
        environment["NBGRADER_EXECUTION"] = "validate"
    figures: dict[str, Figures] = {}
    for name in wanted:
        notebook = read_source_notebook(course.source(name))
        measured = _execute(notebook, environment, name, progress)
        if name == "cnn" and measured:
            progress("dense model, to compare", 0, 1)
            figures = {"dense": _train_dense_apart(environment), "CNN": measured}
            progress("dense model, to compare", 1, 1)
    return figures


def _execute(
    notebook: NotebookNode, environment: dict[str, str], name: str, progress: Progress
) -> Figures | None:
    """Run a notebook; return the figures of the model that it trained, None if it trained none."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    client = NotebookClient(
        notebook, timeout=_CELL_SECONDS, kernel_manager_class=AsyncKernelManager
    )
    # The kernel writes only TensorFlow's greeting there; errors come as outputs.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    total = len(notebook.cells)
    progress(name, 0, total)
    try:
        with client.setup_kernel(env=environment, **silent):
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
                progress(name, index + 1, total)
            return _measure(client, notebook)
    except CellExecutionError as error:
        raise GradingError(f"A reference solution failed: {error}") from error
    except NoSuchKernel as error:
        raise GradingError(
            f"There is no Jupyter kernel called {error.name!r}.",
            "Install it: python -m ipykernel install --sys-prefix.",
        ) from error


def _measure(client: Any, notebook: NotebookNode) -> Figures | None:
    """Read the model's figures from the kernel, and the seconds from the training cell's times."""
    trained = [cell for cell in notebook.cells if _TRAINING_CELL in cell.source]
    training = [cell for cell in trained if not mark_of(cell).grade_id]
    if not training:
        return None
    probe = nbformat.v4.new_code_cell(_MEASURE)
    notebook.cells.append(probe)
    client.execute_cell(probe, len(notebook.cells) - 1)
    answer = probe.outputs[-1]["data"]["text/plain"]
    return Figures(**json.loads(answer.strip("'")), seconds=_seconds(training[0]))


def _seconds(cell: NotebookNode) -> float:
    """Return how long a cell ran, from the times that nbclient records in its metadata."""
    times = cell.metadata["execution"]
    start, end = (
        datetime.fromisoformat(times[key].replace("Z", "+00:00"))
        for key in ("iopub.status.busy", "shell.execute_reply")
    )
    return (end - start).total_seconds()


def _train_dense_apart(environment: dict[str, str]) -> Figures:
    """Train the dense model in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-P", "-m", "autograder.build.reference_run"],
        env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise GradingError(f"The dense model could not be trained:\n{finished.stderr[-2000:]}")
    return Figures(**json.loads(finished.stdout.splitlines()[-1]))


def train_dense() -> Figures:
    """Train Flatten, Dense 128 relu, Dense 10 softmax as the lesson does, with a fixed seed."""
    import keras

    from course.data import load_data

    keras.utils.set_random_seed(SEED)
    (train_images, train_labels), (test_images, test_labels) = load_data()
    model = keras.Sequential(
        [
            keras.Input(shape=train_images.shape[1:]),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(train_images / 255.0, train_labels, epochs=EPOCHS, verbose=0)
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(test_images / 255.0, test_labels, verbose=0)
    return Figures(model.count_params(), seconds, float(accuracy))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(train_dense())) + "\n")
