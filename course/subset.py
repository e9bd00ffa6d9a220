"""A small balanced subset kept as .npy files, which opens in milliseconds."""

from functools import partial
from pathlib import Path

import numpy as np

from course.atomic import write_atomically
from course.errors import DataError
from course.idx import IMAGE_SHAPE, Amounts, Bytes, Dataset, Split, balanced_indices, check_labels

SPLITS = ("train", "test")


def save_subset(folder: Path, data: Dataset) -> None:
    """Write `data` as {train,test}_{images,labels}.npy into `folder`, which is made if missing.

    Raises DataError if a file cannot be written; no half-written file stays behind.
    """
    for split, arrays in zip(SPLITS, data, strict=True):
        for kind, array in zip(("images", "labels"), arrays, strict=True):
            path = folder / f"{split}_{kind}.npy"
            try:
                write_atomically(path, partial(np.save, arr=array))
            except OSError as error:
                message = f"{path} cannot be written: {error.strerror or error}."
                raise DataError(
                    message, "Choose a folder with space that you may write."
                ) from error


def read_subset(folder: Path, wanted: Amounts | None, remedy: str) -> Dataset:
    """Read what `save_subset` wrote, or a balanced part of it; `remedy` ends an error message."""
    amounts: tuple[int | None, int | None] = wanted or (None, None)
    train, test = (
        _read_split(folder, split, amount, remedy)
        for split, amount in zip(SPLITS, amounts, strict=True)
    )
    return train, test


def _read_split(folder: Path, split: str, wanted: int | None, remedy: str) -> Split:
    images_path, labels_path = folder / f"{split}_images.npy", folder / f"{split}_labels.npy"
    images, labels = _read(images_path, remedy), _read(labels_path, remedy)
    if images.shape[1:] != IMAGE_SHAPE:
        expected = f"(images, {IMAGE_SHAPE[0]}, {IMAGE_SHAPE[1]})"
        raise DataError(f"{images_path} has shape {images.shape}, not {expected}.", remedy)
    if labels.shape != images.shape[:1] or not len(labels):
        message = f"{labels_path} has shape {labels.shape} for {len(images):,} images."
        raise DataError(message, remedy)
    try:
        check_labels(labels)
    except ValueError as error:
        raise DataError(f"{labels_path} is not usable: {error}.", remedy) from error
    if wanted is None or wanted >= len(labels):
        return images, labels
    chosen = balanced_indices(labels, wanted)
    return images[chosen], labels[chosen]


def _read(path: Path, remedy: str) -> Bytes:
    try:
        with path.open("rb") as file:
            array = np.load(file, allow_pickle=False)
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing.", remedy) from error
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} cannot be read: {error}.", remedy) from error
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        raise DataError(f"{path} does not hold an array of uint8.", remedy)
    return array
