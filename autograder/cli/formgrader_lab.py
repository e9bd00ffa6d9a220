"""Starts JupyterLab with formgrader open on one class's gradebook."""

import json
import os
from pathlib import Path

import typer

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.folders import ClassFolder
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from course.errors import GradingError
from course.learner.lab import start_lab

WORKSPACE = "instructor"
_FORMGRADER = "nbgrader-formgrader:nbgrader-formgrader"


STOCK_BUTTONS = (
    "Enter marks and comments under Manual Grading. Do not use formgrader's buttons for grading "
    "and feedback here: they run nbgrader itself, so students' code without the sandbox, and pages "
    "that can quote hidden tests. Use `autograder grade` and `autograder feedback`."
)
"""What is said before formgrader opens on a course whose configuration has not our plugins."""


def open_formgrader(course: AnyCourse, class_folder: ClassFolder, *, browser: bool) -> None:
    """Run JupyterLab in the course's folder until it is stopped.

    nbgrader's configuration file is there; a checkout's reads CLASS_DIR. The workspace that opens
    formgrader's tab is written to the class folder, so the instructor's own workspaces stay as they
    are. Raises `GradingError` if the class has no gradebook.
    """
    if not class_folder.gradebook.is_file():
        raise GradingError(
            f"{class_folder.root} has no gradebook yet.",
            "Run `autograder grade`; or run `autograder demo` and use --class demo.",
        )
    if isinstance(course, StockCourse):
        typer.echo(STOCK_BUTTONS)
    folder = class_folder.root / ".jupyter"
    write_workspace(folder)
    put_scripts_on_path()
    os.environ["CLASS_DIR"] = str(class_folder.root)
    os.environ["JUPYTERLAB_WORKSPACES_DIR"] = str(folder)
    start_lab(course.root, browser=browser, opens=f"/lab/workspaces/{WORKSPACE}")


def write_workspace(folder: Path) -> None:
    """Write a JupyterLab workspace whose only tab is formgrader."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    area = {"type": "tab-area", "currentIndex": 0, "widgets": [_FORMGRADER]}
    layout = {
        "main": {"dock": area, "current": _FORMGRADER},
        "left": {"collapsed": True, "widgets": []},
        "right": {"collapsed": True, "widgets": []},
    }
    data = {"layout-restorer:data": layout, _FORMGRADER: {"data": {}}}
    text = json.dumps({"data": data, "metadata": {"id": WORKSPACE}})
    folder.mkdir(parents=True, exist_ok=True)
    WorkspacesManager(str(folder)).save(WORKSPACE, text)
