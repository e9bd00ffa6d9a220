"""What a result depends on beside the submission: with the same key, the marks are the same.

A key has the digests of the assignment's source notebook, of the grader, of the libraries that the
notebook imports, and of the conditions of the run. A result with another key is out of date, and
its submission is run again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.grading.conditions import Conditions
from autograder.grading.preloading import imported_modules
from autograder.grading.results import Key
from autograder.sandbox import Limits

ROOMS = tuple(
    f"autograder/{room}" for room in ("boundary", "forkserver", "grading", "ingest", "sandbox")
)
"""The rooms of the package whose code can decide a mark; all of `course` can, too."""

LIBRARIES = ("tensorflow", "keras", "numpy", "scipy", "ipykernel")
"""What the grader itself and this course's checks use."""

NOT_DECIDING = frozenset({"threads"})
"""Limits that depend on the machine and the number of jobs, and change no mark."""


def key_of(source: NotebookNode, conditions: Conditions) -> Key:
    """Return the key of the results that this source and these conditions give."""
    return {
        "source": source_version(source),
        "grader": grader_version(),
        "libraries": libraries_version(source),
        "conditions": conditions_version(conditions),
    }


def source_version(source: NotebookNode) -> str:
    """Digest an assignment's source notebook."""
    return _digest(nbformat.writes(source).encode())


def digest_of_files(files: Mapping[str, Path]) -> str:
    """Digest the names and contents of files."""
    parts = [[name, _digest(path.read_bytes())] for name, path in sorted(files.items())]
    return _digest(json.dumps(parts).encode())


@cache
def grader_version() -> str:
    """Digest the code that can decide a mark, and the versions of the libraries that it uses."""
    import autograder
    import course

    root, learners = Path(autograder.__file__).parents[1], Path(course.__file__).parent
    folders = [*(root / room for room in ROOMS), learners]
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    code = [[path.name, _digest(path.read_bytes())] for path in files]
    libraries = [[name, metadata.version(name)] for name in LIBRARIES]
    return _digest(json.dumps([code, libraries]).encode())


def libraries_version(source: NotebookNode) -> str:
    """Digest the versions of the installed packages that a source notebook imports.

    Those of LIBRARIES are part of the grader's version. Looking the others up takes half a second
    or more, so it is not done where there are none.
    """
    packages = {name.partition(".")[0] for name in imported_modules(source)} - set(LIBRARIES)
    known = _distributions() if packages else {}
    names = {name for package in packages for name in known.get(package, ())}
    return _digest(json.dumps([[name, metadata.version(name)] for name in sorted(names)]).encode())


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Map each package that can be imported to the names under which it was installed."""
    return metadata.packages_distributions()


def conditions_version(conditions: Conditions) -> str:
    """Digest the class's secret, the data, the limits, and whether there was a sandbox."""
    limits = asdict(Limits(**conditions.limits))
    parts = {
        "secret": _digest(conditions.secret),
        "data": [_digest(path.read_bytes()) for path in sorted(conditions.data.glob("*.npy"))],
        "sandboxed": conditions.sandboxed,
        "limits": {f.name: limits[f.name] for f in fields(Limits) if f.name not in NOT_DECIDING},
    }
    return _digest(json.dumps(parts, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
