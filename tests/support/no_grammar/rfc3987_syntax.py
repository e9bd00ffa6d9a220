"""Stands in the place of a package that compiles a grammar for seconds where it is found.

jsonschema, which nbformat imports, looks for it and can do without it.
"""

raise ImportError("no notebook needs this format")
