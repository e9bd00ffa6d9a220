"""Trains networks as experiments, and keeps their results in a table across restarts."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course.data import data_source, is_grading, load_data
from course.data.idx import balanced_indices
from course.errors import CourseError
from course.files import state_folder, write_atomically
from course.interactive.display import Shown, table
from course.plots.comparing import validation_curves
from course.plots.picture import Picture
from course.training import kept
from course.training.fit import fit

COLUMNS = ("network", "parameters", "epochs", "s per epoch", "test accuracy", "images moved")
MOVED = 3
"""How many pixels the test images of the last column are moved, to the right and down."""
_SET_ASIDE = 1_000


@dataclass(frozen=True)
class Row:
    """The result of one experiment."""

    name: str
    digest: str
    """Digest of the training; an experiment with the same digest is not trained again."""
    parameters: int
    epochs: int
    seconds: float
    """Mean time of an epoch."""
    accuracy: float
    """On the test images, 0…1."""
    tested: int
    """The number of test images."""
    moved: float | None = None
    """The accuracy on the test images moved by `MOVED` pixels; None in an older file."""
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Accuracy and loss by epoch, on the training images and on those set aside."""

    def cells(self) -> tuple[str, ...]:
        """Write the row as the table shows it."""
        return (
            self.name,
            f"{self.parameters:,}",
            str(self.epochs),
            f"{self.seconds:.1f}",
            self._with_error(self.accuracy),
            "" if self.moved is None else self._with_error(self.moved),
        )

    def _with_error(self, accuracy: float) -> str:
        """Write an accuracy with its standard error; no line breaks within."""
        error = math.sqrt(accuracy * (1 - accuracy) / self.tested)
        return f"{accuracy:.1%} ± {100 * error:.1f}".replace(" ", "\N{NO-BREAK SPACE}")


def results_table(rows: Sequence[Row], planned: Sequence[str], note: str) -> Shown:
    """Return the results in the planned order, then the names of planned ones that are missing."""
    order = {name: place for place, name in enumerate(planned)}
    measured = sorted(rows, key=lambda row: order.get(row.name, len(order)))
    waiting = [name for name in planned if name not in {row.name for row in rows}]
    lines = [row.cells() for row in measured]
    lines += [(name, "", "", "", "not run yet", "") for name in waiting]
    return table("Experiments", COLUMNS, lines, note)


class Experiments:
    """A series of trainings on the same images, each a row of one table."""

    def __init__(
        self,
        name: str = "further",
        planned: Sequence[str] = (),
        *,
        images: int = 6_000,
        epochs: int = 5,
        seed: int = 1,
    ) -> None:
        """Load the images, `images` of them for training, and the results of earlier sessions."""
        kept.require_name(name)
        self._planned, self._epochs, self._seed = list(planned), epochs, seed
        (train, labels), (self._test_images, self._test_labels) = load_data()
        chosen = balanced_indices(labels, min(images, len(labels)))
        self._images, self._labels = train[chosen], labels[chosen]
        others = np.setdiff1d(np.arange(len(labels)), chosen)[:_SET_ASIDE]
        # In a small data set nothing is left to be set aside.
        self._aside = (
            (train[others], labels[others])
            if len(others)
            else (self._test_images, self._test_labels)
        )
        # Results on other images are in a file of their own.
        source = "standin" if "stand-in" in data_source() else "real"
        self._path = state_folder() / f"experiments-{name}-{source}-{len(chosen)}.json"
        self._rows = _read(self._path)

    def run(self, name: str, build: Callable[[], Any], **options: Any) -> Shown:
        """Train a model as `train` does, and return the table."""
        self.train(name, build, **options)
        return self.table()

    def train(
        self,
        name: str,
        build: Callable[[], Any],
        *,
        epochs: int | None = None,
        callbacks: Sequence[Any] = (),
        validate: bool = False,
        again: bool = False,
        verbose: str | int = "auto",
    ) -> None:
        """Train the compiled model for (28, 28, 1) that `build()` returns; enter it in the table.

        An experiment with a result is not trained again, unless `again=True`. With `validate`,
        loss and accuracy are also measured after each epoch on images that were set aside. Keras
        gets `verbose`; 0 shows no progress.
        """
        import keras

        keras.utils.set_random_seed(self._seed)
        model = build()
        if not isinstance(model, keras.Model) or not model.compiled:
            raise CourseError(f"{name}: build() returns no compiled model.", "Let it return one.")
        epochs = epochs or self._epochs
        digest = self._digest(model, epochs, callbacks)
        if not again and any((row.name, row.digest) == (name, digest) for row in self._rows):
            print(f"{name}: measured already; again=True trains it again.")
            return
        pixels = self._images[..., np.newaxis] / 255.0
        options: dict[str, Any] = {"callbacks": list(callbacks), "verbose": verbose}
        if validate:
            options["validation_data"] = (self._aside[0][..., np.newaxis] / 255.0, self._aside[1])
        history = fit(model, pixels, self._labels, epochs, **options)
        if history.stopped:
            print(f"{name}: stopped, so it makes no row of the table.")
        else:
            self._enter(self._measured(name, digest, model, history))

    def row(self, name: str) -> Row:
        """Return the result of an experiment. Raises CourseError if there is none yet."""
        found = next((row for row in self._rows if row.name == name), None)
        if found is None:
            raise CourseError(f"{name} has no result yet.", "Run the cell that trains it.")
        return found

    def curves(self, name: str) -> Picture:
        """Show loss and accuracy by epoch of an experiment that was run with `validate=True`."""
        row = self.row(name)
        if not row.curves:
            raise CourseError(f"{name} has no curves.", "Run it with validate=True, again=True.")
        return validation_curves(row.curves)

    def table(self) -> Shown:
        """Return the table of all results so far."""
        note = (
            f"Trained on {len(self._images):,} images, tested on {len(self._test_images):,} "
            f"({data_source()}). ± is one standard error of the test; training from another start "
            "changes the accuracy by about as much again. The last column is for the same images, "
            f"moved {MOVED} pixels to the right and down."
        )
        return results_table(self._rows, self._planned, note)

    def forget(self) -> None:
        """Empty the table, on disk too."""
        self._rows = []
        self._path.unlink(missing_ok=True)

    def _digest(self, model: Any, epochs: int, callbacks: Sequence[Any]) -> str:
        described = [(type(c).__name__, sorted(_settings(vars(c)).items())) for c in callbacks]
        return kept.key(model, [self._images, self._labels], [epochs, described])

    def _measured(self, name: str, digest: str, model: Any, history: Any) -> Row:
        pixels = self._test_images[..., np.newaxis] / 255.0
        scores = model.evaluate(pixels, self._test_labels, verbose=0, return_dict=True)
        further = model.evaluate(moved(pixels), self._test_labels, verbose=0, return_dict=True)
        return Row(
            name=name,
            digest=digest,
            parameters=int(model.count_params()),
            epochs=len(history.epoch),
            seconds=float(np.mean(history.seconds)),
            accuracy=float(scores["accuracy"]),
            tested=len(self._test_images),
            moved=float(further["accuracy"]),
            curves={
                name: [float(value) for value in values]
                for name, values in history.history.items()
                if "val_loss" in history.history
            },
        )

    def _enter(self, row: Row) -> None:
        """Replace an older row of the same name, and save all rows."""
        self._rows = [old for old in self._rows if old.name != row.name] + [row]
        if is_grading():
            return
        text = json.dumps([asdict(row) for row in self._rows], indent=1)
        try:
            write_atomically(self._path, lambda file: file.write(text.encode()))
        except OSError as error:
            print(f"The table can't be kept for a restart: {self._path}: {error.strerror}.")


def moved(images: np.ndarray) -> np.ndarray:
    """Move images (n, height, width, …) by `MOVED` pixels; what moves out is lost."""
    result = np.zeros_like(images)
    result[:, MOVED:, MOVED:] = images[:, :-MOVED, :-MOVED]
    return result


def _settings(values: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a callback, without the attributes that Keras adds."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, (bool, int, float, str)) and not name.startswith("_")
    }


def _read(path: Path) -> list[Row]:
    """Read the rows of earlier sessions; [] if the file is missing or damaged."""
    if is_grading():
        return []
    try:
        return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
