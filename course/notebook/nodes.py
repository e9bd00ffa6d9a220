"""The objects of a notebook's JSON: dictionaries whose keys are attributes, too.

nbformat has such a class, and imports a validator of JSON with all that it can validate: more than
the rest of `course status` together. nbformat's functions take these nodes for its own.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode
else:

    class NotebookNode(dict):
        """A dictionary whose keys are attributes; the dictionaries in it are nodes as well."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            self.update(*args, **kwargs)

        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, Mapping) and not isinstance(value, NotebookNode):
                value = as_nodes(value)
            super().__setitem__(key, value)

        def update(self, *args: Any, **kwargs: Any) -> None:
            """Set items as `dict.update` does, dictionaries as nodes."""
            for key, value in dict(*args, **kwargs).items():
                self[key] = value

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(name) from None

        __setattr__ = __setitem__


def as_nodes(value: Any) -> Any:
    """Return a copy of JSON with nodes in place of dictionaries, those in lists as well."""
    if isinstance(value, Mapping):
        return NotebookNode({name: as_nodes(inner) for name, inner in value.items()})
    return [as_nodes(inner) for inner in value] if isinstance(value, list) else value
