"""Reads Fashion-MNIST: its four gz files in IDX format, or a small subset in .npy files.

An IDX file is a big-endian header (a magic number, then one size per axis) and raw bytes.
Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format". A subset opens in milliseconds.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.errors import DataError
from course.files import write_atomically

Bytes = NDArray[np.uint8]
Split = tuple[Bytes, Bytes]
Dataset = tuple[Split, Split]

CLASSES = 10
IMAGE_SHAPE = (28, 28)
SPLITS = ("train", "test")


class SplitFiles(NamedTuple):
    """The names of one split's two files, and how many images they hold."""

    images: str
    labels: str
    size: int


TRAIN = SplitFiles("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 60_000)
TEST = SplitFiles("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 10_000)
FILE_NAMES = (TRAIN.labels, TRAIN.images, TEST.labels, TEST.images)


class Amounts(NamedTuple):
    """How many training and test images are wanted."""

    train: int
    test: int


def read_dataset(folder: Path, wanted: Amounts | None, remedy: str) -> Dataset:
    """Read both splits from the four files in `folder`; all images if `wanted` is None.

    `remedy` ends every error message; "{path}" in it is replaced by the path of the bad file.
    Raises DataError, which names the file, if one is missing, corrupt or of the wrong shape.
    """
    amounts = wanted or Amounts(TRAIN.size, TEST.size)
    return (
        read_split(folder, TRAIN, amounts.train, remedy),
        read_split(folder, TEST, amounts.test, remedy),
    )


def read_split(folder: Path, files: SplitFiles, wanted: int, remedy: str) -> Split:
    """Read one split, or the balanced subset of `wanted` images of it: uint8 (n, 28, 28), (n,)."""
    labels = _read(folder / files.labels, (files.size,), files.size, remedy)
    with _errors_of(folder / files.labels, remedy):
        check_labels(labels)
    shape = (files.size, *IMAGE_SHAPE)
    if wanted >= files.size:
        return _read(folder / files.images, shape, files.size, remedy), labels
    chosen = balanced_indices(labels, wanted)
    # Reading stops after the last chosen image, so that a small subset loads fast.
    images = _read(folder / files.images, shape, int(chosen[-1]) + 1, remedy)
    return images[chosen], labels[chosen]


def balanced_indices(labels: Bytes, wanted: int) -> NDArray[np.intp]:
    """Choose the first `wanted` images with equally many of each class, in the order of the set.

    If `wanted` is not a multiple of ten, the first classes get one more each. A class with fewer
    images than its share is taken whole.
    """
    share, rest = divmod(wanted, CLASSES)
    firsts = [np.flatnonzero(labels == label)[: share + (label < rest)] for label in range(CLASSES)]
    return np.sort(np.concatenate(firsts))


def check_labels(labels: Bytes) -> None:
    """Raise ValueError unless all labels are 0…9."""
    if labels.size and labels.max() >= CLASSES:
        raise ValueError(f"it holds the label {labels.max()}, but labels are 0 to {CLASSES - 1}")


def _read(path: Path, shape: tuple[int, ...], first: int, remedy: str) -> Bytes:
    """Read the first `first` items of an IDX file that must hold an array of this shape."""
    with _errors_of(path, remedy):
        if path.is_dir():
            raise ValueError("it is a folder, not a file")
        whole = first == shape[0] or not _claims_size(path, shape)
        with gzip.open(path, "rb") as file:
            _check_header(file.read(4 * (1 + len(shape))), shape)
            size = int(np.prod(shape if whole else (first, *shape[1:])))
            # One byte more than wanted shows surplus, and reaching the end checks the CRC.
            content = file.read(size + 1 if whole else size)
        if len(content) != size:
            found = "more" if len(content) > size else f"{len(content):,}"
            raise ValueError(f"it holds {found} bytes of data where {size:,} are expected")
        # A copy, because the array over the bytes is read-only.
        return np.frombuffer(content, np.uint8).reshape(-1, *shape[1:])[:first].copy()


def _claims_size(path: Path, shape: tuple[int, ...]) -> bool:
    """Tell whether the gz trailer has the expected size; that of a truncated file has not."""
    header = 4 * (1 + len(shape))
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() < 4:
            return False
        file.seek(-4, 2)
        return struct.unpack("<I", file.read(4))[0] == header + int(np.prod(shape))


def _check_header(header: bytes, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the header announces unsigned bytes in this shape."""
    axes = len(shape)
    if len(header) != 4 * (1 + axes):
        raise ValueError("it ends within its header")
    magic, *sizes = struct.unpack(f">{1 + axes}I", header)
    # 0x08 is the code of unsigned bytes; the last byte of the magic number counts the axes.
    expected = 0x0800 + axes
    if magic != expected:
        raise ValueError(f"its magic number is {magic}, not {expected}")
    if tuple(sizes) != shape:
        raise ValueError(f"it announces the shape {tuple(sizes)} where {shape} is expected")


@contextmanager
def _errors_of(path: Path, remedy: str) -> Iterator[None]:
    """Turn any error of reading `path` into a DataError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing.", remedy.format(path=path)) from error
    except EOFError as error:
        message = f"{path} is truncated: it ends before its data does."
        raise DataError(message, remedy.format(path=path)) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        message = f"{path} is corrupt, or not a gz file: {error}."
        raise DataError(message, remedy.format(path=path)) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise DataError(message, remedy.format(path=path)) from error
    except ValueError as error:
        raise DataError(f"{path} is not usable: {error}.", remedy.format(path=path)) from error


def save_subset(folder: Path, data: Dataset) -> None:
    """Write `data` as {train,test}_{images,labels}.npy into `folder`, which is created if missing.

    Raises DataError if a file cannot be written; no part of that file is left.
    """
    for split, arrays in zip(SPLITS, data, strict=True):
        for kind, array in zip(("images", "labels"), arrays, strict=True):
            path = folder / f"{split}_{kind}.npy"
            try:
                write_atomically(path, partial(np.save, arr=array))
            except OSError as error:
                message = f"{path} cannot be written: {error.strerror or error}."
                raise DataError(message, "Choose a writable folder with free space.") from error


def read_subset(folder: Path, wanted: Amounts | None, remedy: str) -> Dataset:
    """Read what `save_subset` wrote, or a balanced part of it; `remedy` ends an error message."""
    amounts: tuple[int | None, int | None] = wanted or (None, None)
    train, test = (
        _read_saved_split(folder, split, amount, remedy)
        for split, amount in zip(SPLITS, amounts, strict=True)
    )
    return train, test


def _read_saved_split(folder: Path, split: str, wanted: int | None, remedy: str) -> Split:
    images_path, labels_path = folder / f"{split}_images.npy", folder / f"{split}_labels.npy"
    images, labels = _read_npy(images_path, remedy), _read_npy(labels_path, remedy)
    if images.shape[1:] != IMAGE_SHAPE:
        expected = f"(images, {IMAGE_SHAPE[0]}, {IMAGE_SHAPE[1]})"
        raise DataError(f"{images_path} has shape {images.shape}, not {expected}.", remedy)
    if labels.shape != images.shape[:1] or not len(labels):
        message = f"{labels_path} has shape {labels.shape} for {len(images):,} images."
        raise DataError(message, remedy)
    with _errors_of(labels_path, remedy):
        check_labels(labels)
    if wanted is None or wanted >= len(labels):
        return images, labels
    chosen = balanced_indices(labels, wanted)
    return images[chosen], labels[chosen]


def _read_npy(path: Path, remedy: str) -> Bytes:
    with _errors_of(path, remedy):
        with path.open("rb") as file:
            array = np.load(file, allow_pickle=False)
        if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
            raise ValueError("it does not hold an array of uint8")
    return array
