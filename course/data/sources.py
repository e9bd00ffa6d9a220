"""Loads Fashion-MNIST as Keras returns it, from the first source that has it.

1. CONVPOOL_SUBSET_DIR    a folder with a small subset as .npy files (`write_subset` makes one)
2. COURSE_DATA=standin    asks for the embedded stand-in, whatever else there is
3. FASHION_MNIST_DIR      a folder with the four original gz files
4. the Keras cache        datasets/fashion-mnist in KERAS_HOME or ~/.keras
5. the Keras download     into that cache; FASHION_MNIST_URL names another server
6. the embedded stand-in  drawn by this package; a message in stars says that it is used

With COURSE_DATA=real the stand-in is not used: an error says why the real set cannot be loaded.
A named source that is damaged is an error, and the next source is not tried.
"""

import operator
import os
import textwrap
from pathlib import Path
from typing import Any

from course.data.drawn_images import load_standin
from course.data.idx import (
    FILE_NAMES,
    TEST,
    TRAIN,
    Amounts,
    Dataset,
    read_dataset,
    read_subset,
    save_subset,
)
from course.errors import DataError

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# The images of grading: enough to see that a model learns, few enough for one or two seconds per
# epoch.
GRADING_LIMIT = Amounts(train=100, test=100)

SUBSET_VARIABLE = "CONVPOOL_SUBSET_DIR"
CHOICE_VARIABLE = "COURSE_DATA"
FOLDER_VARIABLE = "FASHION_MNIST_DIR"

_ANNOUNCEMENT = f"""\
{"*" * 78}
*** THIS IS NOT FASHION-MNIST: drawn stand-in images are used in its place.
{{reason}}
*** The lesson works the same, but its accuracies will differ from those quoted.
*** For the real images: go online and load again in a new kernel, or set
*** {FOLDER_VARIABLE} to a folder with the four original gz files.
{"*" * 78}"""

# Of this process: the source used last, and why the stand-in was announced, if it was.
_session = {"source": "nothing loaded yet", "announced": ""}


def load_data(limit: int | None = None) -> Dataset:
    """Return `(train_images, train_labels), (test_images, test_labels)` as Keras does.

    All are writable uint8 arrays: (60000, 28, 28), (60000,), (10000, 28, 28), (10000,), with
    pixels 0…255 and labels 0…9.
    With `limit=n`, each split has its first n images with equally many of each class (one more
    of the first classes if n is not a multiple of 10), in the order of the set, and at most the
    whole split. While nbgrader grades or validates, the default limit is GRADING_LIMIT.
    Raises DataError, which names the file and the next step, if a source is unusable.
    """
    source, data = _load(_amounts(limit))
    _session["source"] = source
    return data


def data_source() -> str:
    """Return the name of the source that the last `load_data()` of this process used."""
    return _session["source"]


def write_subset(folder: str | Path, limit: int | None = None) -> None:
    """Write a balanced subset into `folder`, for CONVPOOL_SUBSET_DIR; GRADING_LIMIT by default."""
    _, data = _load(_amounts(limit) or GRADING_LIMIT)
    save_subset(Path(folder), data)


def is_grading() -> bool:
    """Tell whether nbgrader runs this process to grade or validate a notebook."""
    return os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")


def _amounts(limit: Any) -> Amounts | None:
    """Turn `limit` into numbers of images per split; None means all."""
    if limit is None:
        return GRADING_LIMIT if is_grading() else None
    try:
        number = 0 if isinstance(limit, bool) else operator.index(limit)
    except TypeError:
        number = 0
    if number < 1:
        raise DataError(
            f"limit={limit!r} is not a number of images.",
            "Give a whole number from 1, for example load_data(limit=1000), or leave it out.",
        )
    return Amounts(train=min(number, TRAIN.size), test=min(number, TEST.size))


def _load(wanted: Amounts | None) -> tuple[str, Dataset]:
    """Read from the first source that applies; return its name and the images."""
    if folder := os.environ.get(SUBSET_VARIABLE):
        remedy = f"Make the folder with course.data.write_subset(), or unset {SUBSET_VARIABLE}."
        return SUBSET_VARIABLE, read_subset(Path(folder), wanted, remedy)
    if _choice() == "standin":
        return _use_standin(wanted, f"{CHOICE_VARIABLE}=standin asks for it.")
    if folder := os.environ.get(FOLDER_VARIABLE):
        remedy = f"Put the original file there, or unset {FOLDER_VARIABLE}."
        return FOLDER_VARIABLE, read_dataset(Path(folder).expanduser(), wanted, remedy)
    return _load_from_keras(wanted)


def _choice() -> str:
    """Read COURSE_DATA: "auto", "real" or "standin"."""
    choice = os.environ.get(CHOICE_VARIABLE) or "auto"
    if choice not in ("auto", "real", "standin"):
        message = f"{CHOICE_VARIABLE}={choice!r} is not known."
        raise DataError(message, f"Set {CHOICE_VARIABLE} to auto, real or standin, or unset it.")
    return choice


def _load_from_keras(wanted: Amounts | None) -> tuple[str, Dataset]:
    """Read the Keras cache, after a download if files are missing; else use the stand-in."""
    folder = keras_folder()
    source = "Keras cache"
    # Not Path.exists(), which raises where a folder on the way may not be entered.
    missing = [name for name in FILE_NAMES if not os.path.exists(folder / name)]  # noqa: PTH110
    if missing:
        try:
            _fill(folder)
        except DataError as error:
            if _choice() == "real":
                raise
            return _use_standin(wanted, error.message)
        source = "download"
    remedy = "Delete {path} and load again: it will be downloaded again."
    return source, read_dataset(folder, wanted, remedy)


def _fill(folder: Path) -> None:
    """Download the missing files of the Keras cache; raise DataError while grading."""
    if is_grading():
        # A class of submissions must not wait for 30 MB, nor depend on the network.
        message = f"{folder} does not hold the data set, and grading downloads nothing."
        raise DataError(message, f"Call course.load_data() once before, or set {FOLDER_VARIABLE}.")
    # It imports http and ssl, which are not needed once the images are here.
    from course.data.download import download_missing

    download_missing(folder)


def keras_folder() -> Path:
    """Return the folder where Keras keeps Fashion-MNIST."""
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return Path(os.path.expanduser(home)) / "datasets" / "fashion-mnist"  # noqa: PTH111


def _use_standin(wanted: Amounts | None, why: str) -> tuple[str, Dataset]:
    """Return the stand-in, and print once per process that it is used."""
    if not _session["announced"]:
        _session["announced"] = why
        reason = textwrap.fill(
            f"Why: {why}",
            width=78,
            initial_indent="*** ",
            subsequent_indent="*** ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        # On standard output: nbgrader takes every byte on standard error for a failure.
        print(_ANNOUNCEMENT.format(reason=reason), flush=True)
    return "embedded stand-in", load_standin(wanted)
