"""Keeps trained weights and their History on disk, so that a restart need not train again.

A result is one .npz file of plain arrays, in `trained` below the cache folder. Its name has a
digest of the model, its initial weights, the data and the settings.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from course.errors import CourseError
from course.files import cache_folder, write_atomically

# Raise it when the format of the file changes.
_FORMAT = 1
_MOST_PER_NAME = 4
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def key(model: Any, arrays: Sequence[Any], settings: Sequence[Any]) -> str:
    """Digest everything that decides the result of a training.

    The initial weights stand for the seed: another seed gives other weights, and a model that was
    trained before has other weights than a new one.
    """
    import keras

    digest = hashlib.blake2b(digest_size=8)
    described = [
        _nameless(model.get_config()),
        _nameless(model.get_compile_config()),
        [repr(setting) for setting in settings],
        [_FORMAT, keras.__version__],
    ]
    digest.update(json.dumps(described, sort_keys=True, default=repr).encode())
    for array in [*arrays, *model.get_weights()]:
        plain = np.ascontiguousarray(array)
        digest.update(f"{plain.dtype.str}{plain.shape}".encode())
        digest.update(plain.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _nameless(config: Any) -> Any:
    """Remove names: Keras numbers them, `conv2d` to `conv2d_7`, when cells are run again."""
    if isinstance(config, dict):
        return {name: _nameless(value) for name, value in config.items() if name != "name"}
    if isinstance(config, (list, tuple)):
        return [_nameless(value) for value in config]
    return config


def restore(model: Any, name: str, digest: str) -> Any:
    """Load a kept result into the model and return its History; None if there is none."""
    try:
        # Open the file here: np.load leaves a file that it opened open if the zip is broken.
        with _path(name, digest).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            values = [arrays[f"value-{i}"] for i in range(about["values"])]
            for variable, value in zip(changed_by_training(model), values, strict=True):
                variable.assign(value)
    except _DAMAGED:
        return None
    history = _history(model, about)
    print(_found(about))
    return history


def store(model: Any, history: Any, name: str, digest: str) -> None:
    """Save a result if possible, and delete the oldest results of that name."""
    values = [variable.numpy() for variable in changed_by_training(model)]
    about = {
        "values": len(values),
        "history": {k: [float(v) for v in values] for k, values in history.history.items()},
        "seconds": history.seconds,
        "epoch": [int(epoch) for epoch in history.epoch],
        "when": datetime.now().strftime("%Y-%m-%d %H:%M"),
    }
    arrays: dict[str, Any] = {f"value-{i}": value for i, value in enumerate(values)}
    try:
        write_atomically(
            _path(name, digest), lambda file: np.savez(file, about=json.dumps(about), **arrays)
        )
        for old in _by_age(name)[_MOST_PER_NAME:]:
            old.unlink(missing_ok=True)
    except OSError:
        # A read-only home or a full disk only costs another training after a restart.
        print("The result could not be kept on disk; after a restart it has to be trained again.")


def require_name(name: str) -> None:
    """Raise CourseError for a name that can't be part of a file name on every system."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        message = f"keep={name!r} is no name for a result."
        raise CourseError(message, "Use letters, digits, - and _ only: keep='my-cnn'.")


def changed_by_training(model: Any) -> list[Any]:
    """List the variables that training changes: the model's and the optimizer's."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _path(name: str, digest: str) -> Path:
    return _folder() / f"{name}-{digest}.npz"


def _folder() -> Path:
    folder = cache_folder()
    if folder is None:
        raise FileNotFoundError("there is no home folder")
    return folder / "trained"


def _by_age(name: str) -> list[Path]:
    """List the results of a name, newest first."""
    found = _folder().glob(f"{name}-{'?' * 16}.npz")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _history(model: Any, about: dict[str, Any]) -> Any:
    """Rebuild Keras's History."""
    import keras

    history = keras.callbacks.History()
    history.set_model(model)
    history.history, history.epoch = about["history"], about["epoch"]
    history.seconds, history.stopped = about["seconds"], False
    model.history = history
    return history


def _found(about: dict[str, Any]) -> str:
    """Return the text that names the kept result."""
    last = {name: values[-1] for name, values in about["history"].items() if values}
    reached = f", training accuracy {last['accuracy']:.1%}" if "accuracy" in last else ""
    return (
        f"Not trained again: the result of {about['when']} was kept "
        f"({len(about['epoch'])} epochs{reached}).\nPass again=True to train all the same."
    )
