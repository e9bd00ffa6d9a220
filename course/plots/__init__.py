"""Pictures of what convolutions and pooling do: `from course import plots`.

Every function takes arrays or Keras models and returns a Picture, or Steps for one that moves:
a figure, a caption that is understood without it, and an alternative text. The numbers come from a
function that returns plain arrays and is named in the docstring.

A module is imported when one of its names is first used, and a figure is drawn when it is shown: a
notebook that is graded does neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # ruff: noqa: F401 -- `__all__` has the names below
    from course.plots.comparing import (
        confusion_matrices,
        learning_curves,
        right_and_wrong,
        validation_curves,
    )
    from course.plots.feature_maps import (
        first_kernels,
        layer_maps,
        likeness,
        receptive_field,
        receptive_fields,
    )
    from course.plots.operations.borders import plainest, strength_by_border
    from course.plots.operations.kernels import (
        CLASSIC_KERNELS,
        classic_kernels,
        classic_maps,
        map_question,
        sliding_kernel,
    )
    from course.plots.operations.pooling import pooling_blocks, smaller_maps, stride_or_pooling
    from course.plots.operations.second_layer import second_layer
    from course.plots.picture import images, maps

_MODULES = {
    "CLASSIC_KERNELS": "operations.kernels",
    "classic_kernels": "operations.kernels",
    "classic_maps": "operations.kernels",
    "confusion_matrices": "comparing",
    "first_kernels": "feature_maps",
    "images": "picture",
    "layer_maps": "feature_maps",
    "learning_curves": "comparing",
    "likeness": "feature_maps",
    "map_question": "operations.kernels",
    "maps": "picture",
    "plainest": "operations.borders",
    "pooling_blocks": "operations.pooling",
    "receptive_field": "feature_maps",
    "receptive_fields": "feature_maps",
    "right_and_wrong": "comparing",
    "second_layer": "operations.second_layer",
    "sliding_kernel": "operations.kernels",
    "smaller_maps": "operations.pooling",
    "strength_by_border": "operations.borders",
    "stride_or_pooling": "operations.pooling",
    "validation_curves": "comparing",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'course.plots' has no attribute {name!r}")
    value = getattr(import_module(f"course.plots.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, also those that were not used yet."""
    return sorted(_MODULES)
