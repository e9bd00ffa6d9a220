"""The embedded stand-in for Fashion-MNIST: generated, never stored in the package.

It comes in batches of 1,000 images, 100 of each class, and batch k depends on nothing but k:
a small balanced subset needs the first batches only. The whole set is cached after the first
use, in the folder COURSE_CACHE_DIR or else in convpool-course below the user's cache folder.

    python -m course.data.standin        prints what the lesson's two models reach on it
"""

import time
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
    """Return the stand-in, or a balanced subset of it, in the form of Keras' `load_data()`.

    The whole set, uint8 (60000, 28, 28), (60000,), (10000, 28, 28), (10000,), comes from the
    cache or takes a few seconds; a subset is drawn afresh.
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
    """Name the file that caches the stand-in, or None where the user has no home."""
    folder = cache_folder()
    return folder / f"standin-v{VERSION}.npz" if folder else None


def _read_cache(path: Path) -> Dataset | None:
    """Read the cached stand-in; None if there is none, or none that can be used."""
    try:
        # An open file of our own: np.load leaves the one it opens open when a zip is broken.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels, test_images, test_labels = (arrays[name] for name in _NAMES)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        # It can always be drawn again, so a damaged cache is no reason to stop.
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
    """Cache the stand-in where that is possible."""
    (images, labels), (test_images, test_labels) = data
    arrays: dict[str, Any] = dict(
        zip(_NAMES, (images, labels, test_images, test_labels), strict=True)
    )
    try:
        write_atomically(path, lambda file: np.savez(file, **arrays))
    except OSError:
        # A read-only home or a full disk costs a few seconds next time, nothing more.
        return


def measure(data: Dataset, seed: int, epochs: int = 5) -> dict[str, float]:
    """Train the lesson's two models on `data`; return each one's test accuracy in 0…1."""
    import keras

    (images, labels), (test_images, test_labels) = data
    accuracies = {}
    for name, layers in (("dense", dense_layers()), ("cnn", cnn_layers())):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((*IMAGE_SHAPE, 1)), *layers])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(images[..., None] / 255.0, labels, epochs=epochs, verbose=0)
        scores = model.evaluate(test_images[..., None] / 255.0, test_labels, verbose=0)
        accuracies[name] = float(scores[1])
    return accuracies


def dense_layers() -> list[Any]:
    """The layers of the lesson's dense network, new ones at each call."""
    from keras import layers

    return [
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(CLASSES, activation="softmax"),
    ]


def cnn_layers() -> list[Any]:
    """The layers of the lesson's CNN, new ones at each call."""
    from keras import layers

    convolutions = [
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D(2, 2),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D(2, 2),
    ]
    return convolutions + dense_layers()


def main() -> None:
    """Print what the lesson's two models reach on the whole stand-in."""
    start = time.perf_counter()
    data = generate(_WHOLE)
    print(f"drawn in {time.perf_counter() - start:.1f} s; training takes a few minutes", flush=True)
    for seed in (1, 2):
        found = measure(data, seed)
        gain = 100 * (found["cnn"] - found["dense"])
        print(
            f"seed {seed}: dense {found['dense']:.2%}, CNN {found['cnn']:.2%}, {gain:+.1f} points",
            flush=True,
        )


if __name__ == "__main__":
    main()
