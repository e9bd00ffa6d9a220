"""The embedded stand-in for Fashion-MNIST: drawn when it is needed, not stored in the package.

It has batches of 1,000 images, 100 of each class. Batch k depends on k only, so that a small
balanced subset needs only the first batches. The whole set is saved in the cache folder after its
first use.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from course.data.drawing import SIDE, Dice
from course.data.garments import draw_class
from course.data.idx import (
    CLASSES,
    IMAGE_SHAPE,
    TEST,
    TRAIN,
    Amounts,
    Dataset,
    Split,
    balanced_indices,
)
from course.files import cache_folder, write_atomically

# Part of the cached file's name: raise it with every change that moves a byte.
VERSION = 1

_PER_CLASS = 100
_BATCH = CLASSES * _PER_CLASS
_TRAIN_STREAM, _TEST_STREAM = 1, 2
_WHOLE = Amounts(TRAIN.size, TEST.size)
_NAMES = ("train_images", "train_labels", "test_images", "test_labels")


def load_standin(wanted: Amounts | None = None) -> Dataset:
    """Return the stand-in, or a balanced subset of it, in the form of Keras's `load_data()`.

    The whole set, uint8 (60000, 28, 28), (60000,), (10000, 28, 28), (10000,), is read from the
    cache or drawn in a few seconds; a subset is always drawn.
    """
    if wanted is not None and wanted != _WHOLE:
        return generate(wanted)
    path = cache_path()
    data = _read_cache(path) if path else None
    if data is None:
        data = generate(_WHOLE)
        if path:
            _write_cache(path, data)
    return data


def generate(wanted: Amounts) -> Dataset:
    """Draw a balanced stand-in of this size: the same bytes on every machine."""
    return (
        _draw_split(_TRAIN_STREAM, min(wanted.train, TRAIN.size)),
        _draw_split(_TEST_STREAM, min(wanted.test, TEST.size)),
    )


def _draw_split(stream: int, wanted: int) -> Split:
    share = -(-wanted // CLASSES)
    batches = [_draw_batch(stream, number) for number in range(-(-share // _PER_CLASS))]
    images = np.concatenate([images for images, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    chosen = balanced_indices(labels, wanted)
    return images[chosen], labels[chosen]


def _draw_batch(stream: int, number: int) -> Split:
    """Draw 100 images of each class, shuffled, from the random stream of this batch alone."""
    labels = np.repeat(np.arange(CLASSES, dtype=np.uint8), _PER_CLASS)
    images = np.empty((_BATCH, SIDE, SIDE), np.uint8)
    for label in range(CLASSES):
        dice = Dice(_PER_CLASS, VERSION, stream, number, label)
        images[label * _PER_CLASS : (label + 1) * _PER_CLASS] = draw_class(label, dice)
    # Sorting raw numbers rather than calling shuffle(): NumPy may change shuffle's order.
    keys = np.random.PCG64([VERSION, stream, number, CLASSES]).random_raw(_BATCH)
    order = np.argsort(keys, kind="stable")
    return images[order], labels[order]


def cache_path() -> Path | None:
    """Return the path of the cached stand-in; None where the user has no home."""
    folder = cache_folder()
    return folder / f"standin-v{VERSION}.npz" if folder else None


def _read_cache(path: Path) -> Dataset | None:
    """Read the cached stand-in; None if there is none, or none that can be used."""
    try:
        # Open the file here: np.load leaves a file that it opened open if the zip is broken.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels, test_images, test_labels = (arrays[name] for name in _NAMES)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        # The stand-in can always be drawn again.
        return None
    data: Dataset = ((images, labels), (test_images, test_labels))
    return data if _is_whole(data) else None


def _is_whole(data: Dataset) -> bool:
    return all(
        images.dtype == labels.dtype == np.uint8
        and images.shape == (files.size, *IMAGE_SHAPE)
        and labels.shape == (files.size,)
        for (images, labels), files in zip(data, (TRAIN, TEST), strict=True)
    )


def _write_cache(path: Path, data: Dataset) -> None:
    """Save the stand-in in the cache if possible."""
    (images, labels), (test_images, test_labels) = data
    arrays: dict[str, Any] = dict(
        zip(_NAMES, (images, labels, test_images, test_labels), strict=True)
    )
    try:
        write_atomically(path, lambda file: np.savez(file, **arrays))
    except OSError:
        # A read-only home or a full disk only costs a few seconds next time.
        return
