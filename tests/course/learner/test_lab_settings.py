"""`course lab` shows a learner nothing that is the instructor's; formgrader's lab shows it all."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_path
from jupyter_server.extension.config import ExtensionConfigManager
from jupyterlab.commands import get_app_dir
from jupyterlab_server.config import get_page_config
from jupyterlab_server.settings_utils import get_settings

from course.learner import lab

INSTRUCTORS = {
    "@jupyter/nbgrader:formgrader",
    "@jupyter/nbgrader:create-assignment",
    "@jupyter/nbgrader:course-list",
}
SERVERS = {"nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list"}
FOR_LEARNERS = {
    "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.validate_assignment",
    "jupyterlab",
}


@pytest.fixture(params=[True, False], ids=["learner", "instructor"])
def started(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[bool, str]:
    """Start JupyterLab for a person; return whether a learner, and the settings it starts with."""
    seen: list[str] = []

    def run(command: list[str], folder: Path, settings: str) -> int:
        seen.append(settings)
        return 0

    monkeypatch.setattr(lab, "_run_until_stopped", run)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "mine"))
    lab.start_lab(tmp_path, browser=False, learner=request.param)
    return request.param, seen[0]


def test_what_is_the_instructors_is_off_for_learners_only(
    started: tuple[bool, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_learner, settings = started
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", settings)
    folders = [str(Path(folder) / "labextensions") for folder in jupyter_path()]

    disabled = set(get_page_config(folders).get("disabledExtensions", []))
    paths = [*settings.split(os.pathsep), str(Path(sys.prefix) / "etc" / "jupyter")]
    enabled = ExtensionConfigManager(read_config_path=paths).get_jpserver_extensions()

    assert disabled & INSTRUCTORS == (INSTRUCTORS if is_learner else set())
    assert "@jupyter/nbgrader:assignment-list" not in disabled
    on = {name for name, is_on in enabled.items() if is_on}
    assert on & SERVERS == (set() if is_learner else SERVERS)
    assert on >= FOR_LEARNERS
    # What a person has set for themselves still counts.
    assert settings.split(os.pathsep)[-1] == str(tmp_path / "mine")


def test_the_names_are_those_of_the_installed_nbgrader() -> None:
    # A name that nbgrader gives up would switch nothing off.
    static = Path(sys.prefix) / "share/jupyter/labextensions/@jupyter/nbgrader/static"
    code = "".join(path.read_text(encoding="utf-8") for path in static.glob("*.js"))

    assert {name for name in INSTRUCTORS if f'"{name}"' in code} == INSTRUCTORS


def test_no_pop_up_asks_about_news(
    started: tuple[bool, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", started[1])
    app = Path(get_app_dir())

    found, _ = get_settings(
        str(app / "settings"),
        str(app / "schemas"),
        str(tmp_path / "settings"),
        schema_name="@jupyterlab/apputils-extension:notification",
    )

    defaults = {name: one["default"] for name, one in found["schema"]["properties"].items()}
    assert defaults["fetchNews"] == "false"
    assert defaults["checkForUpdates"] is False


def test_a_learners_file_is_not_taken_for_a_module_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(
        lab, "_run_until_stopped", lambda command, *_: commands.append(command) or 0
    )
    lab.start_lab(tmp_path, browser=False)
    for name in ("course", "jupyterlab", "random"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the learner\\'s')")

    started = subprocess.run(
        [*commands[0], "--version"], cwd=tmp_path, capture_output=True, text=True
    )

    assert started.stdout.strip() == version("jupyterlab"), started.stderr
