"""The lesson's dense model, trained for comparison: `python -m autograder.build.reference_run`.

Prints one line of JSON: parameters, seconds (of training), accuracy (on the test images).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.table import Table

from autograder.build.contract import read_source_notebook
from autograder.cli.show_grading import progress_bar
from autograder.folders import CourseFolder
from autograder.nbgrader_plugins.configuration import CELL_SECONDS
from course import load_data
from course.errors import GradingError
from course.notebook.marks import mark_of
from course.training.fit import AGAIN_VARIABLE

EPOCHS = 5
SEED = 1


def train_dense() -> dict[str, float]:
    """Train Flatten, Dense 128 relu, Dense 10 softmax as the lesson does, with a fixed seed."""
    import keras

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
    return {"parameters": model.count_params(), "seconds": seconds, "accuracy": accuracy}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(train_dense()) + "\n")


# The reference solutions, executed in full, and the dense model beside the CNN.


# Read from the cnn notebook's kernel after its last cell.
_MEASURE = 'import json; json.dumps({"parameters": model.count_params(), "accuracy": accuracy})'
_TRAINING_CELL = "history = train("


def run_solutions(course: CourseFolder, names: list[str], quick: bool, console: Console) -> None:
    """Execute the source notebooks, then print parameters, seconds and accuracy of both models."""
    wanted = course.require(names)
    # The time of a training is measured here: one that was kept would take none.
    environment = {AGAIN_VARIABLE: "1"}
    if quick:
        environment["NBGRADER_EXECUTION"] = "validate"
    results: dict[str, dict[str, float]] = {}
    with progress_bar(console) as progress:
        for name in wanted:
            notebook = read_source_notebook(course.source(name))
            task = progress.add_task(name, total=len(notebook.cells))
            measured = _execute(notebook, environment, partial(progress.advance, task))
            if name == "cnn":
                results["CNN"] = measured
        if "cnn" in wanted:
            task = progress.add_task("dense model, to compare", total=1)
            results["dense"] = _train_dense(environment)
            progress.advance(task)
    console.print(f"{len(wanted)} solution notebooks ran without an error.")
    if results:
        console.print(_table(results))
        _say_source(console)


def _execute(
    notebook: NotebookNode, environment: dict[str, str], cell_done: Callable[[], None]
) -> dict[str, float]:
    """Run a notebook from top to bottom; return what it measured, empty unless it trained."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    client = NotebookClient(
        notebook,
        timeout=10 * CELL_SECONDS,
        kernel_manager_class=AsyncKernelManager,
    )
    # What the kernel says on the terminal is TensorFlow's greeting; errors come as outputs.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        with client.setup_kernel(env={**os.environ, **environment}, **silent):
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
                cell_done()
            return _measure(client, notebook)
    except CellExecutionError as error:
        raise GradingError(f"A reference solution failed: {error}") from error
    except NoSuchKernel as error:
        raise GradingError(
            f"There is no Jupyter kernel called {error.name!r}.",
            "Install it: python -m ipykernel install --sys-prefix.",
        ) from error


def _measure(client: Any, notebook: NotebookNode) -> dict[str, float]:
    """Ask the kernel for the trained model's figures, and the cell's times for the seconds."""
    trained = [cell for cell in notebook.cells if _TRAINING_CELL in cell.source]
    training = [cell for cell in trained if not mark_of(cell).grade_id]
    if not training:
        return {}
    probe = nbformat.v4.new_code_cell(_MEASURE)
    notebook.cells.append(probe)
    client.execute_cell(probe, len(notebook.cells) - 1)
    answer = probe.outputs[-1]["data"]["text/plain"]
    figures: dict[str, float] = json.loads(answer.strip("'"))
    return {**figures, "seconds": _seconds(training[0])}


def _seconds(cell: NotebookNode) -> float:
    """Read how long a cell ran from the times that nbclient notes with it."""
    times = cell.metadata["execution"]
    start, end = (
        datetime.fromisoformat(times[key].replace("Z", "+00:00"))
        for key in ("iopub.status.busy", "shell.execute_reply")
    )
    return (end - start).total_seconds()


def _train_dense(environment: dict[str, str]) -> dict[str, float]:
    """Train the dense model in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-m", "autograder.build.reference_run"],
        env={**os.environ, **environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    if finished.returncode != 0:
        raise GradingError(f"The dense model could not be trained:\n{finished.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return figures


def _table(results: dict[str, dict[str, float]]) -> Table:
    """Lay both models out side by side."""
    table = Table(title="Dense model against CNN, five epochs")
    for heading in ("model", "parameters", "training", "test accuracy"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for name in ("dense", "CNN"):
        row = results[name]
        table.add_row(
            name,
            f"{row['parameters']:,.0f}",
            f"{row['seconds']:.0f} s",
            f"{row['accuracy']:.2%}",
        )
    gain = results["CNN"]["accuracy"] - results["dense"]["accuracy"]
    table.caption = f"The CNN is {100 * gain:+.1f} points better."
    return table


def _say_source(console: Console) -> None:
    """Say which images the figures were measured on."""
    from course.data import data_source, load_data

    load_data(limit=10)
    console.print(f"Images: {data_source()}. Processor cores: {os.cpu_count()}.")
