"""The learner's folder: copies of the notebooks, never overwritten, opened in JupyterLab, reset."""

import json
import os
import platform
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from course import lessons
from course.errors import CourseError
from course.learner.folder import find_folder, read_notebook
from course.learner.released_cells import is_class_quiz
from course.lessons.contents import CONTENTS_SOURCE, contents_text
from course.notebook.release_folder import assignments, exercises_folder, read_release

_LESSONS = Path(lessons.__file__).parent

# Not graded, and generated from a script beside each.
LEARNERS_NOTEBOOKS = ("lesson.ipynb", "practice.ipynb", "further.ipynb", "improve.ipynb")

# Name in a learner's folder → notebook. "improve" has a folder, as what is handed in has.
LEARNERS_PLACES = {
    "improve/improve.ipynb" if name == "improve.ipynb" else name: name
    for name in LEARNERS_NOTEBOOKS
}

# The page that JupyterLab opens: all notebooks, in their order.
CONTENTS = "index.md"

# Exit statuses of a server that was asked to stop, even while it was starting.
_STOPPED = (0, 128 + signal.SIGINT, -signal.SIGINT, -signal.SIGTERM)


def notebooks() -> dict[str, Path]:
    """Map the name in a learner's folder to the notebook that is copied there."""
    found = {inside: _LESSONS / name for inside, name in LEARNERS_PLACES.items()}
    for path in sorted(exercises_folder().glob("*/*.ipynb")):
        found[f"{path.parent.name}/{path.name}"] = path
    return found


def unpack(folder: Path) -> list[Path]:
    """Copy each notebook that `folder` does not have yet; return the new paths."""
    releases = {name: read_release(name) for name in assignments()}
    page = contents_text(CONTENTS_SOURCE.read_text(encoding="utf-8"), releases)
    written = [folder / CONTENTS] if _write_new(page.encode(), folder / CONTENTS) else []
    copied = [
        folder / name for name, origin in notebooks().items() if copy_new(origin, folder / name)
    ]
    return written + copied


def copy_new(origin: Path, target: Path) -> bool:
    """Copy a file unless `target` exists; return whether it was copied."""
    content = origin.read_bytes()
    return _write_new(_as_opened(content) if target.suffix == ".ipynb" else content, target)


def is_as_copied(path: Path, origin: Path) -> bool:
    """Tell whether a notebook is the released one, as `copy_new` or somebody else copied it."""
    released = origin.read_bytes()
    return path.read_bytes() in (released, _as_opened(released))


def _as_opened(content: bytes) -> bytes:
    """Return a notebook with what JupyterLab notes in it when it is opened with this Python.

    Without that, JupyterLab asks to save a notebook in which nothing was changed.
    """
    notebook = json.loads(content)
    notebook["metadata"]["language_info"] = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _write_new(content: bytes, target: Path) -> bool:
    """Write a file unless `target` exists; return whether it was written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
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


_SETTINGS = Path(__file__).with_name("jupyter")
EVERYBODYS_SETTINGS = _SETTINGS / "everybody"
"""Pages such as the contents are shown instead of their source; no pop-up asks about news."""
LEARNERS_SETTINGS = _SETTINGS / "learner"
"""What is the instructor's is switched off: formgrader, Create Assignment, the list of courses."""


def start_lab(
    folder: Path, *, browser: bool, opens: str = f"/lab/tree/{CONTENTS}", learner: bool = True
) -> None:
    """Run JupyterLab of this environment in the folder until it is stopped; `opens` is an address.

    A `learner` sees nothing that is the instructor's. Raises as `run_server` does.
    """
    # -P: a file in the learner's folder is not taken for a module of the server.
    command = [sys.executable, "-P", "-m", "course.learner.lab_server"]
    command += [f"--LabApp.default_url={opens}"]
    if not browser:
        command.append("--no-browser")
    run_server(command, folder, learner=learner)


def run_server(command: list[str], folder: Path, *, learner: bool) -> None:
    """Run a Jupyter server in the folder until it is stopped, with this package's settings.

    Raises CourseError if it ends with an error.
    """
    # As root, as in most containers, Jupyter refuses to start without this.
    if hasattr(os, "getuid") and os.getuid() == 0:
        command.append("--allow-root")
    status = _run_until_stopped(command, folder, settings_path(learner=learner))
    if status not in _STOPPED:
        raise CourseError(
            f"JupyterLab stopped with status {status}.",
            "Its own message is above; try another port: jupyter lab --port 8899.",
        )


def settings_path(*, learner: bool) -> str:
    """Return JUPYTER_CONFIG_PATH with this package's settings in front."""
    folders = [LEARNERS_SETTINGS, EVERYBODYS_SETTINGS] if learner else [EVERYBODYS_SETTINGS]
    settings = [*map(str, folders), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return os.pathsep.join(filter(None, settings))


def _run_until_stopped(command: list[str], folder: Path, settings: str) -> int:
    """Run the server in the folder with the settings; return its exit status.

    Ctrl-C in the terminal also reaches the server, which then asks whether to stop. This waits for
    the answer: `subprocess.run` would kill the server and leave its kernels running. SIGTERM is
    passed on to the server.
    """
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": settings}
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


BACKUPS = "backups"


def reset(name: str) -> tuple[Path, Path | None]:
    """Put the released notebook in place; return its path, and the path of the backup if any.

    `name` is an exercise, a notebook such as `lesson`, or its path in the learner's folder.
    """
    folder = find_folder()
    inside, origin = _released(name)
    target = folder / inside
    if not target.exists():
        copy_new(origin, target)
        return target, None
    if is_as_copied(target, origin):
        return target, None
    _refuse_class_quiz(target)
    backup = _move_away(target, folder / BACKUPS)
    try:
        copy_new(origin, target)
    except CourseError:
        backup.replace(target)
        raise
    return target, backup


def _released(name: str) -> tuple[str, Path]:
    """Find which released notebook a name means."""
    known = notebooks()
    wanted = Path(name).name.removesuffix(".ipynb")
    for inside, origin in known.items():
        if Path(inside).stem == wanted:
            return inside, origin
    stems = ", ".join(Path(inside).stem for inside in known)
    raise CourseError(f"There is no notebook called {name!r}.", f"Choose from: {stems}.")


def _refuse_class_quiz(target: Path) -> None:
    """Refuse to replace a class's own quiz by this package's."""
    try:
        notebook = read_notebook(target)
    except CourseError:
        return
    if target.stem == "quiz" and is_class_quiz("quiz", notebook):
        raise CourseError(
            f"{target} is the quiz of your class, which this package does not have.",
            "Take the file again from where you got it.",
        )


def _move_away(target: Path, backups: Path) -> Path:
    """Move a file into the folder of backups, under a new name with the time."""
    backups.mkdir(exist_ok=True)
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 0
    while True:
        more = f"-{number}" if number else ""
        backup = backups / f"{target.stem}-{now}{more}.ipynb"
        if not backup.exists():
            return target.rename(backup)
        number += 1
