"""Tells whether a person sees what a notebook's cell shows, and can answer it."""

import sys


def is_watched() -> bool:
    """Tell whether this cell was run by a person in a notebook.

    JupyterLab, VS Code and Colab offer to answer `input()`. What runs a notebook by itself, such
    as nbconvert, a website's build or grading, does not.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython else None
    return bool(getattr(kernel, "_allow_stdin", False))
