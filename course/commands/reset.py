"""`course reset`: a fresh copy of a notebook."""

from typing import Annotated

import typer


def reset(
    notebook: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="Such as cnn or lesson.")],
) -> None:
    """Put a notebook back as it was released; yours is kept in the folder backups/.

    Close it in JupyterLab first, or it may save your old one over the new.

    Examples:

      course reset cnn

      course reset lesson
    """
    from course.work.reset import reset as put_back

    path, backup = put_back(notebook)
    if backup is not None:
        typer.echo(f"kept yours as {backup}")
    typer.echo(f"fresh copy: {path}")
