"""Starts JupyterLab with formgrader on one class: on this machine, or as a JupyterHub service."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

from autograder.build.coursedir import AnyCourse, StockCourse
from autograder.folders import ClassFolder, is_there
from autograder.gradebook.nbgrader_quirks import put_scripts_on_path
from autograder.gradebook.standing_comments import FILE, HEADINGS, standing_comments
from course.errors import GradingError
from course.learner.lab import run_server, start_lab
from course.visible import visible

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
    are. Raises `GradingError` if the class has no gradebook, and in a terminal of a JupyterHub.
    """
    if prefix := os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        raise GradingError(
            "Your browser can't reach what is started in a terminal of a JupyterHub.",
            f"If this is the Hub's service for the class, open {prefix}formgrader/ on the Hub's "
            "address; docs/jupyterhub.md says how to set that service up.",
        )
    if not is_there(class_folder.gradebook):
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
    opens = f"/lab/workspaces/{WORKSPACE}"
    start_lab(course.root, browser=browser, opens=opens, learner=False)


def print_comments(course: AnyCourse, class_folder: ClassFolder) -> None:
    """Print the comments of the class's `comments.csv`, by exercise, as they are to be pasted."""
    found = standing_comments(class_folder, course.assignments())
    if not found:
        raise GradingError(
            f"{class_folder.root} has no {FILE} with comments.",
            f"Write one with the headings {','.join(HEADINGS)}.",
        )
    shown: tuple[str, str] | None = None
    for one in found:
        if (one.assignment, one.exercise) != shown:
            typer.echo(visible(f"# {one.assignment}, {one.exercise}"))
        shown = (one.assignment, one.exercise)
        typer.echo(visible(one.comment))


def serve_in_hub(course: AnyCourse, class_folder: ClassFolder) -> None:
    """Run JupyterHub's own server in the checkout until the Hub stops it; formgrader comes first.

    Formgrader has a page of its own there: the Hub forbids frames, such as JupyterLab's tab of it.
    The class may be new. Raises `GradingError` if no Hub has started this, or without JupyterHub.
    """
    if not os.environ.get("JUPYTERHUB_API_TOKEN"):
        raise GradingError(
            "Only a JupyterHub can start this with --hub.",
            "Leave --hub out, or see docs/jupyterhub.md.",
        )
    if find_spec("jupyterhub") is None:
        raise GradingError(
            "JupyterHub is not installed here.", "Install it: pip install 'convpool-course[hub]'."
        )
    put_scripts_on_path()
    os.environ["CLASS_DIR"] = str(class_folder.root)
    os.environ["JUPYTERHUB_DEFAULT_URL"] = "/formgrader/"
    run_server([sys.executable, "-P", "-m", "jupyterhub.singleuser"], course.root, learner=False)


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
