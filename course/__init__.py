"""Convolutions and pooling on Fashion-MNIST: what a learner uses.

Names are looked up on first use, so that `import course` stays instant and TensorFlow is
loaded only by those that need it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Public name -> module that defines it.
_PUBLIC = {
    "load_data": "course.data",
    "CLASS_NAMES": "course.data",
    "show_quiz": "course.quiz",
    "predict": "course.interactive.predicting",
    "diff_models": "course.interactive.difference",
    "shapes_table": "course.interactive.shapes_table",
    "fit": "course.training",
    "watched": "course.training",
    "hint": "course.learner.hints",
}
__all__ = [
    "CLASS_NAMES",
    "__version__",
    "diff_models",
    "fit",
    "hint",
    "load_data",
    "predict",
    "shapes_table",
    "show_quiz",
    "watched",
]

if TYPE_CHECKING:
    from course.data import CLASS_NAMES, load_data
    from course.interactive.difference import diff_models
    from course.interactive.predicting import predict
    from course.interactive.shapes_table import shapes_table
    from course.learner.hints import hint
    from course.quiz import show_quiz
    from course.training import fit, watched


def __getattr__(name: str) -> Any:
    """Import the module behind a public name when the name is first used."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, also those not loaded yet."""
    return sorted(__all__)
