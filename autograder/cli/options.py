"""The arguments and options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

NOT_EVERYTHING = 3
"""Exit status where something that was handed in was not taken or not graded."""

AssignmentsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Default: all assignments.")
]
CourseOption = Annotated[
    Path | None,
    typer.Option("--course", metavar="DIR", help="Folder with solutions/ (default: this folder)."),
]
ClassOption = Annotated[
    Path | None,
    typer.Option("--class", metavar="DIR", help="Class folder (default: $CLASS_DIR, or class/)."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Also run again what has not changed.")]
UnsafeOption = Annotated[
    bool,
    typer.Option(
        "--unsafe-no-sandbox", help="Run student code with your own rights. Never on a class."
    ),
]
