"""The instructor's side: build, sandbox, trusted tests, gradebook, reports."""

import sys

# jsonschema, which comes with nbformat, compiles a grammar of international addresses when it is
# imported: most of a second of every command, for a field that no notebook has. It does without
# where that package is not installed.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
