"""What sees a cell: whether a person does, who can answer it; and showing something there."""

import sys


def is_watched() -> bool:
    """Tell whether this cell was run by a person in a notebook.

    JupyterLab, VS Code and Colab offer to answer `input()`. What runs a notebook by itself, such
    as nbconvert, a website's build or grading, does not.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython else None
    return bool(getattr(kernel, "_allow_stdin", False))


def show_below(shown: object) -> None:
    """Show an object below the running cell; outside IPython, print it."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(shown)
    else:
        display(shown)
