"""A real JupyterHub on the loopback address, with `deploy/jupyterhub_config.py` as it is.

What a test can't have is set behind it: real system accounts and sign-in. As in JupyterHub's
container images, everybody's server runs under one account; where it is called `jovyan`, nbgrader
takes the Hub's name of the user.
"""

import os
import pwd
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest
from support.commands import with_environment
from support.places import ROOT

from autograder.folders import ClassFolder, CourseFolder

SECONDS = 300.0  # a server's first imports take long on a busy machine
CONFIG = """
load_subconfig({deployed!r})

c = get_config()
c.JupyterHub.bind_url = {address!r}
c.JupyterHub.hub_bind_url = {hub!r}
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {secret!r}
c.ConfigurableHTTPProxy.api_url = {proxy_api!r}
c.ConfigurableHTTPProxy.auth_token = {token!r}
c.ConfigurableHTTPProxy.pid_file = {pid_file!r}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.cmd = {as_jovyan!r} + c.Spawner.cmd
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.Spawner.args = {args!r}
c.Spawner.environment.update({images!r})
"""


@dataclass(frozen=True)
class Hub:
    """A Hub that runs, and the people's homes."""

    address: str
    folder: Path

    def home(self, user: str) -> Path:
        """The folder of a user's server."""
        return self.folder / "homes" / user


def require_jupyterhub() -> None:
    """Say loudly what is not tested where JupyterHub or its proxy is not installed."""
    if find_spec("jupyterhub") is None or find_spec("configurable_http_proxy") is None:
        pytest.skip("NOTHING OF JUPYTERHUB IS TESTED: pip install 'convpool-course[hub]'")


@contextmanager
def running_hub(
    course: CourseFolder, class_folder: ClassFolder, folder: Path, bwrap: str
) -> Iterator[Hub]:
    """Run the Hub with instructor `ida`; `bwrap` gives each learner's server the name `jovyan`."""
    hub = Hub(f"http://127.0.0.1:{free_port()}/", folder)
    exchange = folder / "exchange"
    exchange.mkdir(parents=True)
    exchange.chmod(0o777)
    config = folder / "jupyterhub_config.py"
    config.write_text(_config(hub, folder, bwrap))
    environment = with_environment(
        CONVPOOL_ENVIRONMENT=sys.prefix,
        CONVPOOL_COURSE=str(course.root),
        CONVPOOL_CLASS=str(class_folder.root),
        CONVPOOL_EXCHANGE=str(exchange),
        CONVPOOL_INSTRUCTORS="ida",
        CONVPOOL_GRADER="",  # only root can start it as somebody else
        CONVPOOL_PORT=str(free_port()),
        JUPYTER_CONFIG_DIR=str(folder / "config"),
        JUPYTER_DATA_DIR=None,
        JUPYTER_CONFIG_PATH=None,
    )
    log = folder / "hub.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(hub, process, log)
        yield hub
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace")[-20_000:])
        raise
    finally:
        process.terminate()
        try:
            process.wait(90)
        finally:
            # A Hub that ended by itself leaves its proxy behind, and the file with its number.
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(int((folder / "proxy.pid").read_text().split()[0]), signal.SIGTERM)


def _config(hub: Hub, folder: Path, bwrap: str) -> str:
    """Write the Hub's configuration: the deployed one, then what the test sets."""
    accounts = folder / "passwd"
    me = pwd.getpwuid(os.getuid())
    entry = f"jovyan:x:{me.pw_uid}:{me.pw_gid}::{folder}:/bin/sh\n"
    others = re.sub(rf"(?m)^[^:\n]*:[^:\n]*:{me.pw_uid}:.*\n", "", Path("/etc/passwd").read_text())
    accounts.write_text(entry + others)
    capabilities = ["--cap-add", "ALL"] if me.pw_uid == 0 else []
    bind = ["--dev-bind", "/", "/", "--ro-bind", str(accounts), "/etc/passwd"]
    return CONFIG.format(
        deployed=str(ROOT / "deploy" / "jupyterhub_config.py"),
        address=hub.address,
        hub=f"http://127.0.0.1:{free_port()}",
        proxy_api=f"http://127.0.0.1:{free_port()}",
        token=secrets.token_hex(16),
        secret=str(folder / "cookie_secret"),
        pid_file=str(folder / "proxy.pid"),
        homes=str(folder / "homes" / "{username}"),
        as_jovyan=[bwrap, *capabilities, *bind, "--die-with-parent"],
        args=["--allow-root"] if me.pw_uid == 0 else [],
        images={} if os.environ.get("FASHION_MNIST_DIR") else {"COURSE_DATA": "standin"},
    )


def _wait(hub: Hub, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the Hub and the service answer."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"{hub.address}hub/api/", timeout=SECONDS).close()
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"JupyterHub did not start:\n{log.read_text()}")


def free_port() -> int:
    """Find a port that is free now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
