"""`course lab`: the notebooks in a folder of the learner's, opened in JupyterLab."""

from pathlib import Path
from typing import Annotated

import typer


def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Folder for your notebooks.")
    ] = Path("convpool"),
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    start: Annotated[bool, typer.Option(help="Start JupyterLab; else only copy.")] = True,
) -> None:
    """Copy the notebooks into a folder of yours and open JupyterLab there, at the contents page.

    A notebook that is there already is left as it is: your work is never overwritten.

    Examples:

      course lab                         in ./convpool

      course lab ~/convpool --no-browser
    """
    from course.lab import start_lab, unpack
    from course.work.folder import remember_folder

    for path in unpack(folder):
        typer.echo(f"copied {path}")
    remember_folder(folder)
    if start:
        start_lab(folder, browser=browser)
