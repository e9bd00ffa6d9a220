"""Convolutions and pooling on Fashion-MNIST: what a learner uses.

A module is imported when one of its names is first used: `import course` takes no time, and
TensorFlow is imported only for the names that need it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # ruff: noqa: F401 -- `__all__` has the names below
    from course.data import CLASS_NAMES, load_data
    from course.interactive.difference import diff_models
    from course.interactive.own_garment import own_garment
    from course.interactive.predicting import predict
    from course.interactive.shapes_table import shapes_table
    from course.learner.hints import hint
    from course.quiz import show_quiz
    from course.training import fit, watched

__version__ = "0.1.0"

_MODULES = {
    "CLASS_NAMES": "course.data",
    "diff_models": "course.interactive.difference",
    "fit": "course.training",
    "hint": "course.learner.hints",
    "load_data": "course.data",
    "own_garment": "course.interactive.own_garment",
    "predict": "course.interactive.predicting",
    "shapes_table": "course.interactive.shapes_table",
    "show_quiz": "course.quiz",
    "watched": "course.training",
}
__all__ = ["__version__", *_MODULES]


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, also those that were not used yet."""
    return sorted(__all__)


if "IPython" in sys.modules:
    # Before the first gap's cell runs: a check asks which cell made a name.
    import_module("course.notebook.cell_runs").watch()
