"""Compares two networks: learning curves, confusion matrices, images on which they disagree."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course.plots.picture import (
    BLUE,
    GREEN,
    ORANGE,
    VERMILION,
    Picture,
    new_figure,
    show,
    show_pixels,
    write_numbers,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Each network has its own color, line and marker.
_LINES = [(BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, "-.", "^"), (ORANGE, ":", "D")]


def accuracies(history: Any) -> list[float]:
    """Return the accuracy of each epoch from what `fit` returned, or from its dictionary."""
    return [float(value) for value in getattr(history, "history", history)["accuracy"]]


def learning_curves(histories: Mapping[str, Any], tested: Mapping[str, float]) -> Picture:
    """Show accuracy by epoch, and the accuracy on the test images, of networks by name.

    `histories` holds what `fit` returned. Computed by `accuracies`.
    """
    curves = {name: accuracies(history) for name, history in histories.items()}
    words = "; ".join(
        f"{name} from {curve[0]:.1%} to {curve[-1]:.1%} in {len(curve)} epochs, and "
        f"{tested[name]:.1%} on test images"
        for name, curve in curves.items()
    )
    return Picture(
        draw=lambda: _draw_curves(curves, tested),
        alt=f"Lines of accuracy by epoch for {' and '.join(curves)}, and a star for each on the "
        "test images.",
        caption=f"Accuracy on the training images, averaged over each epoch: {words}. Where "
        "the star lies below the line's end, the network does better on images it has learned "
        "from than on new ones.",
    )


def _draw_curves(curves: Mapping[str, list[float]], tested: Mapping[str, float]) -> "Figure":
    figure, axes = new_figure(7, 3.8)
    place = axes[0, 0]
    longest = max(map(len, curves.values()))
    for (name, curve), (color, line, marker) in zip(curves.items(), _LINES, strict=False):
        epochs = np.arange(1, len(curve) + 1)
        label = f"{name}, training images"
        place.plot(epochs, curve, color=color, linestyle=line, marker=marker, label=label)
        star = {"color": color, "marker": "*", "markersize": 14, "linestyle": "none"}
        place.plot([longest + 0.6], [tested[name]], label=f"{name}, test images", **star)
        place.annotate(name, (longest + 0.72, tested[name]), va="center", color="black")
    place.set_xlabel("epoch")
    place.set_ylabel("accuracy")
    place.set_xlim(0.7, longest + 1.6)
    place.set_xticks([*range(1, longest + 1), longest + 0.6])
    place.set_xticklabels([*map(str, range(1, longest + 1)), "test"])
    place.legend(loc="lower right")
    return figure


def validation_curves(history: Mapping[str, Any]) -> Picture:
    """Show loss and accuracy by epoch on the training images and on images that were set aside.

    `history` holds lists by the names that Keras gives them: loss, val_loss, accuracy,
    val_accuracy.
    """
    best = int(np.argmin(history["val_loss"])) + 1
    epochs = len(history["loss"])

    def draw() -> "Figure":
        figure, axes = new_figure(9, 3.6, 1, 2)
        for place, measure in zip(axes[0], ("loss", "accuracy"), strict=True):
            names = {measure: "training images", f"val_{measure}": "images set aside"}
            for (name, label), (color, line, marker) in zip(names.items(), _LINES, strict=False):
                style = {"color": color, "linestyle": line, "marker": marker, "label": label}
                place.plot(np.arange(1, epochs + 1), history[name], **style)
            place.axvline(best, color="black", linewidth=0.8, linestyle=":")
            place.set(xlabel="epoch", ylabel=measure)
            place.xaxis.get_major_locator().set_params(integer=True)
            place.legend()
        return figure

    return Picture(
        draw,
        alt="Two panels, loss and accuracy by epoch, each with a line for the training images and "
        "one for images that were set aside.",
        caption=f"In {epochs} epochs the loss on the training images went from "
        f"{history['loss'][0]:.2f} to {history['loss'][-1]:.2f}. On the images set aside it was "
        f"lowest after epoch {best} (dotted line), {min(history['val_loss']):.2f}, and "
        f"{history['val_loss'][-1]:.2f} at the end.",
    )


def confusion(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """Return how often each class (column) was predicted, in per cent of each true class (row)."""
    counts = np.zeros((classes, classes))
    np.add.at(counts, (np.asarray(labels), np.asarray(predictions)), 1)
    return 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def confusion_matrices(
    labels: np.ndarray, predictions: Mapping[str, np.ndarray], class_names: tuple[str, ...]
) -> Picture:
    """Show the confusion matrices of networks by name; computed by `confusion`."""
    tables = {name: confusion(labels, p, len(class_names)) for name, p in predictions.items()}
    worst = "; ".join(f"{name}: {_worst(t, class_names)}" for name, t in tables.items())
    return Picture(
        draw=lambda: _draw_tables(tables, class_names),
        alt=f"Confusion matrices of {' and '.join(tables)}, ten true classes by ten predicted.",
        caption="Of 100 test images of each true class (row), how many were classified as each "
        "class (column); one scale for both. On the diagonal are the right answers. The most "
        f"frequent mistake of each network: {worst}.",
    )


def _worst(table: np.ndarray, names: tuple[str, ...]) -> str:
    """Name the largest number off the diagonal."""
    wrong = table - np.diag(np.diag(table))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    share = f"{wrong[row, column]:.0f} of 100 images"
    return f"{share} of class {names[row]} classified as {names[column]}"


def _draw_tables(tables: Mapping[str, np.ndarray], names: tuple[str, ...]) -> "Figure":
    figure, axes = new_figure(6.3 * len(tables) + 0.6, 6, 1, len(tables))
    for place, (name, table) in zip(axes[0], tables.items(), strict=True):
        shown = show(place, table, (0, 100), name)
        write_numbers(place, np.round(table), size=8)
        place.set_xticks(range(len(names)), names, rotation=45, ha="right")
        place.set_yticks(range(len(names)), names)
        place.set_xlabel("predicted")
        place.set_ylabel("true class")
    figure.colorbar(shown, ax=axes, label="per cent of the true class", fraction=0.03)
    return figure


def disagreements(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indexes that only the second network classifies correctly, and only the first."""
    right_first, right_second = (np.asarray(p) == np.asarray(labels) for p in (first, second))
    return np.flatnonzero(~right_first & right_second), np.flatnonzero(right_first & ~right_second)


def right_and_wrong(
    images: np.ndarray,
    labels: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    class_names: tuple[str, ...],
    count: int = 5,
) -> Picture:
    """Show images (n, H, W) that only one of two networks classifies correctly.

    Computed by `disagreements`.
    """
    (first, p_first), (second, p_second) = predictions.items()
    only_second, only_first = disagreements(labels, p_first, p_second)

    def draw() -> "Figure":
        figure, axes = new_figure(2.3 * count, 5.6, 2, count)
        rows = [(only_second, first, p_first), (only_first, second, p_second)]
        for row, (chosen, name, taken) in enumerate(rows):
            for column in range(count):
                if column >= len(chosen):
                    axes[row, column].axis("off")
                    continue
                at = chosen[column]
                words = f"{class_names[labels[at]]}\n{name}: {class_names[taken[at]]}"
                show_pixels(axes[row, column], images[at], words)
        axes[0, 0].set_ylabel(f"only {second} right")
        axes[1, 0].set_ylabel(f"only {first} right")
        return figure

    return Picture(
        draw=draw,
        alt=f"Two rows of garments: above, those that only {second} classifies correctly; below, "
        f"those that only {first} does.",
        caption=f"Where the two disagree. Of {len(labels):,} test images, {len(only_second):,} "
        f"are right with {second} and wrong with {first}, and {len(only_first):,} the other way "
        "round. Above each image is its true class, and under that the wrong network's choice.",
    )
