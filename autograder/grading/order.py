"""What a worker is told. It stands apart: who gives an order need not import the worker."""

from dataclasses import dataclass
from typing import Any

FONTS = ".matplotlib"
"""Where matplotlib finds its list of the machine's fonts, in the working folder."""


@dataclass(frozen=True)
class Order:
    """What the worker is told, as JSON: paths, secrets and limits."""

    notebook: str
    """The notebook as ingest has rebuilt it."""
    result: str
    """Where the result goes."""
    student: str
    assignment: str
    digest: str
    seed: str
    """HMAC of the class's secret and the digest, in hexadecimal."""
    data: str
    """Folder with the small data set."""
    scratch: str
    """Folder whose files every submission finds in its working folder."""
    sandboxed: bool
    limits: dict[str, Any]
    kernels: str = ""
    """Socket of the warm process that kernels are forked from; empty if each starts anew."""
