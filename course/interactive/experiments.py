"""Trains networks as experiments, and keeps their results in a table across restarts."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course.data import data_source, is_grading, load_data
from course.data.idx import balanced_indices
from course.errors import CourseError
from course.files import state_folder, write_atomically
from course.interactive.display import Shown, table
from course.training import kept
from course.training.fit import fit

COLUMNS = ("network", "parameters", "epochs", "s per epoch", "test accuracy")


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

    def cells(self) -> tuple[str, ...]:
        """Write the row as the table shows it."""
        error = math.sqrt(self.accuracy * (1 - self.accuracy) / self.tested)
        return (
            self.name,
            f"{self.parameters:,}",
            str(self.epochs),
            f"{self.seconds:.1f}",
            f"{self.accuracy:.1%} ± {100 * error:.1f}",
        )


def results_table(rows: Sequence[Row], planned: Sequence[str], note: str) -> Shown:
    """Return the results in the planned order, then the names of planned ones that are missing."""
    order = {name: place for place, name in enumerate(planned)}
    measured = sorted(rows, key=lambda row: order.get(row.name, len(order)))
    waiting = [name for name in planned if name not in {row.name for row in rows}]
    lines = [row.cells() for row in measured]
    lines += [(name, "", "", "", "not run yet") for name in waiting]
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
        # Results on other images are in a file of their own.
        source = "standin" if "stand-in" in data_source() else "real"
        self._path = state_folder() / f"experiments-{name}-{source}-{len(chosen)}.json"
        self._rows = _read(self._path)

    def run(
        self,
        name: str,
        build: Callable[[], Any],
        *,
        epochs: int | None = None,
        callbacks: Sequence[Any] = (),
        again: bool = False,
    ) -> Shown:
        """Train the compiled model for (28, 28, 1) that `build()` returns; return the table.

        An experiment with a result is not trained again, unless `again=True`.
        """
        import keras

        keras.utils.set_random_seed(self._seed)
        model = build()
        if not isinstance(model, keras.Model) or not model.compiled:
            raise CourseError(f"{name}: build() gives no compiled model.", "Let it return one.")
        epochs = epochs or self._epochs
        digest = self._digest(model, epochs, callbacks)
        if not again and any((row.name, row.digest) == (name, digest) for row in self._rows):
            print(f"{name}: measured already; again=True trains it again.")
            return self.table()
        pixels = self._images[..., np.newaxis] / 255.0
        history = fit(model, pixels, self._labels, epochs, callbacks=list(callbacks))
        if history.stopped:
            print(f"{name}: stopped, so it makes no row of the table.")
        else:
            self._enter(self._measured(name, digest, model, history))
        return self.table()

    def table(self) -> Shown:
        """Return the table of all results so far."""
        note = (
            f"Trained on {len(self._images):,} images, tested on {len(self._test_images):,} "
            f"({data_source()}). ± is one standard error of the test; another start changes the "
            "accuracy by about as much again."
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
        return Row(
            name=name,
            digest=digest,
            parameters=int(model.count_params()),
            epochs=len(history.epoch),
            seconds=float(np.mean(history.seconds)),
            accuracy=float(scores["accuracy"]),
            tested=len(self._test_images),
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
