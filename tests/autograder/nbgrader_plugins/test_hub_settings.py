"""What `deploy/` sets on a Hub, and what `autograder formgrader` does there. No Hub is started."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from support.commands import invoke_autograder
from support.places import ROOT
from support.real_hub import free_port
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
    assert served == [([sys.executable, "-P", "-m", "jupyterhub.singleuser"], ROOT, False)]
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


def fetch(port: int) -> bytes:
    """Ask the proxy, also while it is starting."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=60) as reply:
                return bytes(reply.read())
        except URLError as error:
            if not isinstance(error.reason, ConnectionError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(
    find_spec("configurable_http_proxy") is None, reason="NO PROXY: pip install '.[hub]'"
)
def test_the_proxy_forwards_more_than_ten_requests_at_a_time(config: Config) -> None:
    """So that a class can start its servers together; by itself it has ten at a time."""
    together = threading.Barrier(20)

    class AllAtOnce(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            together.wait(timeout=20)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"answered")

        def log_message(self, *message: object) -> None:
            pass

    port = free_port()
    with ThreadingHTTPServer(("127.0.0.1", 0), AllAtOnce) as server:
        threading.Thread(target=server.serve_forever).start()
        target = f"http://127.0.0.1:{server.server_port}"
        command = [*config.ConfigurableHTTPProxy.command, "--port", str(port)]
        command += ["--api-port", str(free_port()), "--default-target", target]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as proxy:
            try:
                with ThreadPoolExecutor(20) as people:
                    answers = list(people.map(fetch, [port] * 20))
            finally:
                proxy.terminate()
                server.shutdown()

    assert answers == [b"answered"] * 20


def test_the_proxy_waits_longer_than_a_server_takes_to_start(config: Config) -> None:
    command = config.ConfigurableHTTPProxy.command

    milliseconds = int(command[command.index("--proxy-timeout") + 1])

    assert milliseconds > 1000 * config.JupyterHub.services[1]["timeout"]


def test_images_in_one_place_are_named_to_all_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVPOOL_ENVIRONMENT", sys.prefix)
    monkeypatch.setenv("FASHION_MNIST_DIR", "/srv/fashion-mnist")

    config = loaded(DEPLOY / "jupyterhub_config.py")

    added = config.Spawner.environment.get_value({})
    assert added["FASHION_MNIST_DIR"] == "/srv/fashion-mnist"
