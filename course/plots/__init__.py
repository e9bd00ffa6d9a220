"""Pictures of what convolutions and pooling do: `from course import plots`.

Every function takes arrays or Keras models and returns a Picture, or Steps for one that moves:
a figure, a caption that stands alone, and an alternative text. What is drawn comes from a
function of its own that returns plain arrays, named in the docstring.

Names are looked up on first use, and a figure is drawn when it is looked at: a notebook that is
graded pays for neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Public name -> module that defines it.
_PUBLIC = {
    "CLASSIC_KERNELS": "kernels",
    "classic_kernels": "kernels",
    "classic_maps": "kernels",
    "sliding_kernel": "kernels",
    "pooling_blocks": "pooling",
    "stride_or_pooling": "pooling",
    "layer_maps": "feature_maps",
    "first_kernels": "feature_maps",
    "likeness": "feature_maps",
    "receptive_field": "feature_maps",
    "images": "picture",
    "maps": "picture",
    "learning_curves": "comparing",
    "confusion_matrices": "comparing",
    "right_and_wrong": "comparing",
}
__all__ = [
    "CLASSIC_KERNELS",
    "classic_kernels",
    "classic_maps",
    "confusion_matrices",
    "first_kernels",
    "images",
    "layer_maps",
    "learning_curves",
    "likeness",
    "maps",
    "pooling_blocks",
    "receptive_field",
    "right_and_wrong",
    "sliding_kernel",
    "stride_or_pooling",
]

if TYPE_CHECKING:
    from course.plots.comparing import confusion_matrices, learning_curves, right_and_wrong
    from course.plots.feature_maps import first_kernels, layer_maps, likeness, receptive_field
    from course.plots.kernels import CLASSIC_KERNELS, classic_kernels, classic_maps, sliding_kernel
    from course.plots.picture import images, maps
    from course.plots.pooling import pooling_blocks, stride_or_pooling


def __getattr__(name: str) -> Any:
    """Import the module behind a public name when the name is first used."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'course.plots' has no attribute {name!r}")
    value = getattr(import_module(f"course.plots.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, also those not loaded yet."""
    return sorted(__all__)
