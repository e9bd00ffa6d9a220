"""What `deploy/` sets on a Hub, and what `autograder formgrader` does there. No Hub is started."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support.commands import invoke_autograder
from support.places import ROOT
from traitlets.config import Config, PyFileConfigLoader

from autograder.cli import formgrader_lab
from course.learner.lab import EVERYBODYS_SETTINGS, LEARNERS_SETTINGS

DEPLOY = ROOT / "deploy"
BEFORE = """
c = get_config()
c.JupyterHub.services = [{"name": "cull"}]
c.JupyterHub.load_roles = [{"name": "cull"}]
c.Spawner.environment = {"LANG": "C.UTF-8"}
load_subconfig(PATH)
"""


def loaded(path: Path) -> Config:
    return PyFileConfigLoader(path.name, str(path.parent)).load_config()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The deployed configuration, taken in by one that has services already, such as TLJH's."""
    path = tmp_path_factory.mktemp("config") / "jupyterhub_config.py"
    path.write_text(BEFORE.replace("PATH", repr(str(DEPLOY / "jupyterhub_config.py"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVPOOL_ENVIRONMENT", sys.prefix)
        patch.setenv("CONVPOOL_CLASS", "/srv/2026")
        patch.setenv("CONVPOOL_INSTRUCTORS", "ida,otto")
        return loaded(path)


def test_what_the_hub_had_before_stays(config: Config) -> None:
    assert [one["name"] for one in config.JupyterHub.services] == ["cull", "convpool"]
    assert config.JupyterHub.load_roles[0] == {"name": "cull"}
    assert config.Spawner.environment["LANG"] == "C.UTF-8"


def test_instructors_alone_may_open_the_service(config: Config) -> None:
    service, role = config.JupyterHub.services[1], config.JupyterHub.load_roles[1]
    groups: Any = config.JupyterHub.load_groups
    groups = groups.get_value({}) if hasattr(groups, "get_value") else groups

    assert role["scopes"] == [f"access:services!service={service['name']}"]
    assert [groups[group]["users"] for group in role["groups"]] == [["ida", "otto"]]
    assert service["user"] == "grader"
    assert service["url"].startswith("http://127.0.0.1:")


def test_the_service_is_formgrader_on_the_class(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[Any, ...]] = []
    program, *arguments = config.JupyterHub.services[1]["command"]
    arguments[arguments.index("--course") + 1] = str(ROOT)
    monkeypatch.setattr(formgrader_lab, "find_spec", lambda name: object())
    monkeypatch.setattr(
        formgrader_lab, "run_server", lambda *given, learner: served.append((*given, learner))
    )
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    for name in ("CLASS_DIR", "JUPYTERHUB_DEFAULT_URL", "PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))

    status, said = invoke_autograder(*arguments)

    assert (status, said) == (0, "")
    assert Path(program) == Path(sys.prefix) / "bin" / "autograder"
    assert served == [([sys.executable, "-m", "jupyterhub.singleuser"], ROOT, False)]
    assert os.environ["CLASS_DIR"] == "/srv/2026"
    assert os.environ["JUPYTERHUB_DEFAULT_URL"] == "/formgrader/"


def test_students_servers_have_a_learners_settings_and_the_exchange(config: Config) -> None:
    environment = config.Spawner.environment
    learners, everybody, deployed = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)

    assert [Path(learners), Path(everybody)] == [LEARNERS_SETTINGS, EVERYBODYS_SETTINGS]
    assert Path(deployed) == DEPLOY / "everybody"
    assert "CLASS" not in " ".join(environment)
    service = config.JupyterHub.services[1]["environment"]
    assert service["CONVPOOL_EXCHANGE"] == environment["CONVPOOL_EXCHANGE"]
    assert service["JUPYTER_CONFIG_PATH"] == deployed


def test_everybodys_nbgrader_has_the_courses_name_and_the_exchange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from autograder.nbgrader_plugins.configuration import class_config

    monkeypatch.setenv("CONVPOOL_EXCHANGE", "/srv/exchange")

    config = loaded(DEPLOY / "everybody" / "nbgrader_config.py")

    course = class_config(ROOT, ROOT / "class").CourseDirectory.course_id
    assert config.CourseDirectory.course_id == course
    assert config.Exchange.root == "/srv/exchange"


def test_in_a_terminal_of_a_hub_the_address_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/services/convpool/")

    status, said = invoke_autograder("formgrader", "--course", ROOT)

    assert status == 2
    assert "can't reach" in said and "/services/convpool/formgrader/" in said


@pytest.mark.parametrize(
    ("token", "words"),
    [("", "Only a JupyterHub can start this"), ("secret", "pip install 'convpool-course[hub]'")],
    ids=["by hand", "no jupyterhub"],
)
def test_a_service_that_cannot_run_says_why(
    monkeypatch: pytest.MonkeyPatch, token: str, words: str
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    monkeypatch.setattr(formgrader_lab, "find_spec", lambda name: None)

    status, said = invoke_autograder("formgrader", "--hub", "--course", ROOT)

    assert status == 2
    assert words in said
