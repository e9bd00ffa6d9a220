"""The cell that lets a notebook start on Google Colab; anywhere else it does nothing."""

import nbformat
from nbformat import NotebookNode

CELL_ID = "colab"

# Colab has TensorFlow and all else that a learner's side needs; newer versions of Jupyter's own
# packages would break it, hence --no-deps. `import` is how Colab is recognized: no other place has
# that module.
SOURCE = """\
#@title On Google Colab, this installs the course. Anywhere else it does nothing.
try:
    import google.colab
except ImportError:
    pass
else:
    from pathlib import Path

    wheels = sorted(str(path) for path in Path.cwd().glob("*course*.whl"))
    if wheels:
        %pip install --quiet --no-deps jupyterquiz {wheels[-1]}
    else:
        print("Upload the course's .whl file with the folder button on the left; run this again.")
"""


def put_colab_cell(cells: list[NotebookNode]) -> None:
    """Put the cell below the opening card, folded away."""
    metadata = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["colab"]}
    cell = nbformat.v4.new_code_cell(SOURCE.rstrip(), id=CELL_ID, metadata=metadata)
    cells.insert(1, cell)
