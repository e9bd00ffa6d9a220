"""Leaves out packages that jsonschema imports, where they are installed, to check formats.

nbformat and Jupyter's server import jsonschema. No notebook and no event of the server has these
formats.
"""

import sys

# The first compiles a grammar of international addresses: up to three seconds of every command. The
# others take longer than the rest of nbformat.
_PACKAGES = ("rfc3987_syntax", "rfc3986_validator", "isoduration")


def leave_out_formats() -> None:
    """Let jsonschema find none of these packages in this process; call this before its import."""
    for name in _PACKAGES:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
