"""What a notebook may see, and the images that are kept from it."""

import hashlib
import hmac
from pathlib import Path

import numpy as np

from course.data import load_data
from course.idx import Split, balanced_indices
from course.subset import save_subset

TRAINING_IMAGES = 6_000
HIDDEN_SHARE = 0.5
"""The part of the test images that is hidden."""

_HIDDEN = "hidden.npz"


def lay_out(data: Path, secret: bytes) -> None:
    """Write what notebooks load into `data`, and the hidden images beside that folder.

    The class's secret decides which test images are hidden: nobody can foresee them, and every
    run hides the same. The sandbox shows `data` and nothing beside it.
    """
    (images, labels), (test_images, test_labels) = load_data()
    chosen = balanced_indices(labels, min(TRAINING_IMAGES, len(labels)))
    hidden = _draw(test_labels, secret)
    save_subset(
        data, ((images[chosen], labels[chosen]), (test_images[~hidden], test_labels[~hidden]))
    )
    np.savez(data.parent / _HIDDEN, images=test_images[hidden], labels=test_labels[hidden])


def _draw(labels: np.ndarray, secret: bytes) -> np.ndarray:
    """Choose half of each class: (n,) of bool."""
    digest = hmac.new(secret, b"improve: hidden images", hashlib.sha256).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    hidden = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        hidden[rng.choice(places, int(HIDDEN_SHARE * len(places)), replace=False)] = True
    return hidden


def hidden_file(data: Path) -> Path:
    """Say where `lay_out` put the hidden images."""
    return data.parent / _HIDDEN


def read_hidden(path: Path) -> Split:
    """Read the hidden images and their labels."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]
