"""The learner's folder: copies of the notebooks, never overwritten, opened in JupyterLab."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from course import lessons
from course.errors import CourseError
from course.lessons.released import exercises_folder

_LESSONS = Path(lessons.__file__).parent

# Not graded, and generated from a script beside each.
LEARNERS_NOTEBOOKS = ("lesson.ipynb", "practice.ipynb", "further.ipynb", "improve.ipynb")

# The page that JupyterLab opens: all notebooks, in their order.
CONTENTS = "index.md"

# Exit statuses of a server that was asked to stop, also while it was still starting.
_STOPPED = (0, 128 + signal.SIGINT, -signal.SIGINT, -signal.SIGTERM)


def notebooks() -> dict[str, Path]:
    """Map the name in a learner's folder to the notebook that is copied there."""
    found = {name: _LESSONS / name for name in LEARNERS_NOTEBOOKS}
    # Handed in like an exercise, so it has a folder like one.
    found["improve/improve.ipynb"] = found.pop("improve.ipynb")
    for path in sorted(exercises_folder().glob("*/*.ipynb")):
        found[f"{path.parent.name}/{path.name}"] = path
    return found


def unpack(folder: Path) -> list[Path]:
    """Copy each notebook that `folder` does not have yet; return the new paths."""
    pages = {CONTENTS: _LESSONS / "contents.md"}
    return [
        folder / name
        for name, origin in (pages | notebooks()).items()
        if copy_new(origin, folder / name)
    ]


def copy_new(origin: Path, target: Path) -> bool:
    """Copy a file to where there is none; False, and nothing is changed, where there is one."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(origin.read_bytes())
    except FileExistsError:
        if not target.is_file():
            raise CourseError(f"{target} is in the way.", "Name another folder.") from None
        return False
    except OSError as error:
        target.unlink(missing_ok=True)
        raise CourseError(
            f"{target} can't be written ({error.strerror}).", "Name another folder."
        ) from error
    return True


def start_lab(folder: Path, *, browser: bool, opens: str = f"/lab/tree/{CONTENTS}") -> None:
    """Run JupyterLab of this environment in the folder until it is stopped; `opens` is an address.

    Raises CourseError if the server ends by itself with an error.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url={opens}"]
    if not browser:
        command.append("--no-browser")
    # As root, as in most containers, Jupyter refuses to start without this.
    if hasattr(os, "getuid") and os.getuid() == 0:
        command.append("--allow-root")
    status = _run_until_stopped(command, folder)
    if status not in _STOPPED:
        raise CourseError(
            f"JupyterLab stopped with status {status}.",
            "Its own message is above; try another port: jupyter lab --port 8899.",
        )


def _run_until_stopped(command: list[str], folder: Path) -> int:
    """Run the server in the folder; return its exit status.

    Ctrl-C in the terminal reaches the server by itself, which then asks whether to stop: wait
    for that, where `subprocess.run` would kill it and leave its kernels behind. A request to
    end this process is passed on.
    """
    # Jupyter reads settings there too: pages such as the contents are shown, not edited.
    settings = [str(Path(__file__).with_name("jupyter")), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}
    server = subprocess.Popen(command, cwd=folder, env=environment)
    before = signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)


# Whether a JupyterLab of this user has a notebook open, and used it after the last save.


_SECONDS = 2.0  # a kernel still reports after its notebook was saved


def unsaved(path: Path) -> Iterator[str]:
    """Warn if the notebook's kernel was used after the file was written.

    What stands in the browser and was not saved cannot be seen from here; this is the best sign.
    """
    if any(_used_later(path, server) for server in _servers()):
        yield (
            "JupyterLab has it open and has used it since it was saved. Save it (Ctrl+S), then "
            "check again, if you changed something."
        )


def _servers() -> list[dict[str, Any]]:
    """List the Jupyter servers that this user runs on this machine."""
    from jupyter_server.serverapp import list_running_servers

    try:
        return list(list_running_servers())
    except (OSError, ValueError):
        return []


def _used_later(path: Path, server: dict[str, Any]) -> bool:
    """Ask a server for the kernel of a notebook; one that does not answer has none."""
    root = Path(str(server.get("root_dir", "")))
    target, written = path.resolve(), path.stat().st_mtime
    for session in _sessions(server):
        try:
            name = session["path"].removeprefix("RTC:")
            used = datetime.fromisoformat(session["kernel"]["last_activity"].replace("Z", "+00:00"))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if (root / name).resolve() == target and used.timestamp() > written + _SECONDS:
            return True
    return False


def _sessions(server: dict[str, Any]) -> list[Any]:
    """Return the sessions of a server on this machine, [] if it does not answer."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return []
    # Never through a proxy: the server is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"{server.get('url', '')}api/sessions",
        headers={"Authorization": f"token {server.get('token', '')}"},
    )
    try:
        with opener.open(request, timeout=1) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []
