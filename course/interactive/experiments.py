"""Experiments with networks, and a table of them that fills itself and stays across restarts."""

import html
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
from course.files import write_atomically
from course.quiz.terminal import state_folder
from course.training import kept
from course.training.fit import fit

COLUMNS = ("network", "parameters", "epochs", "s per epoch", "test accuracy")


@dataclass(frozen=True)
class Row:
    """What one experiment came to."""

    name: str
    digest: str
    """Names the training: an equal one isn't done again."""
    parameters: int
    epochs: int
    seconds: float
    """Of one epoch, the mean."""
    accuracy: float
    """On the test images, 0…1."""
    tested: int
    """How many test images there were."""

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


class Table:
    """The experiments so far, as text in a terminal and as a table in a notebook."""

    def __init__(self, rows: Sequence[Row], planned: Sequence[str], caption: str) -> None:
        """Take what was measured, the names of what is still to be, and what holds for all."""
        waiting = [name for name in planned if name not in {row.name for row in rows}]
        order = {name: place for place, name in enumerate(planned)}
        measured = sorted(rows, key=lambda row: order.get(row.name, len(order)))
        self.lines = [row.cells() for row in measured]
        self.lines += [(name, "", "", "", "not run yet") for name in waiting]
        self.caption = caption

    def __repr__(self) -> str:
        """Align the columns."""
        lines = [COLUMNS, *self.lines]
        widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
        text = [
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join([*(line.rstrip() for line in text), self.caption])

    def _repr_html_(self) -> str:
        """Write an HTML table whose cells are escaped."""
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in COLUMNS)
        body = "".join(f"<tr>{_html_row(line)}</tr>" for line in self.lines)
        caption = f"<caption>{html.escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_row(line: Sequence[str]) -> str:
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in line[1:])
    return f'<th scope="row" style="text-align:left">{html.escape(line[0])}</th>{cells}'


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
        """Load the images, `images` of them to train on, and the rows that are there already."""
        kept.require_name(name)
        self._planned, self._epochs, self._seed = list(planned), epochs, seed
        (train, labels), (self._test_images, self._test_labels) = load_data()
        chosen = balanced_indices(labels, min(images, len(labels)))
        self._images, self._labels = train[chosen], labels[chosen]
        # Rows of other images are no rows of this table.
        of = "standin" if "stand-in" in data_source() else "real"
        self._path = state_folder() / f"experiments-{name}-{of}-{len(chosen)}.json"
        self._rows = _read(self._path)

    def run(
        self,
        name: str,
        build: Callable[[], Any],
        *,
        epochs: int | None = None,
        callbacks: Sequence[Any] = (),
        again: bool = False,
    ) -> Table:
        """Train what `build()` returns, a compiled model for (28, 28, 1); return the table.

        An experiment that was done already is not done again, unless `again=True`.
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

    def table(self) -> Table:
        """Return the table as it is now."""
        caption = (
            f"Trained on {len(self._images):,} images, tested on {len(self._test_images):,} "
            f"({data_source()}). ± is one standard error of the test; another start changes the "
            "accuracy by about as much again."
        )
        return Table(self._rows, self._planned, caption)

    def forget(self) -> None:
        """Empty the table, on disk too."""
        self._rows = []
        self._path.unlink(missing_ok=True)

    def _digest(self, model: Any, epochs: int, callbacks: Sequence[Any]) -> str:
        described = [(type(one).__name__, sorted(_plain(vars(one)).items())) for one in callbacks]
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
        """Put a row in the place of an older one of its name, and keep all of them."""
        self._rows = [old for old in self._rows if old.name != row.name] + [row]
        if is_grading():
            return
        text = json.dumps([asdict(row) for row in self._rows], indent=1)
        try:
            write_atomically(self._path, lambda file: file.write(text.encode()))
        except OSError as error:
            print(f"The table can't be kept for a restart: {self._path}: {error.strerror}.")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Keep the settings of a callback: what Keras puts there is not one of them."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, (bool, int, float, str)) and not name.startswith("_")
    }


def _read(path: Path) -> list[Row]:
    """Read the rows of an earlier session; a file that can't be read counts as none."""
    if is_grading():
        return []
    try:
        return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
