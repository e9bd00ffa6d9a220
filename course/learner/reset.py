"""`course reset`: brings back the released notebook; the learner's own is kept in backups/."""

from datetime import datetime
from pathlib import Path

from course.errors import CourseError
from course.learner.folder import find_folder, read_notebook
from course.learner.lab import copy_new, notebooks
from course.learner.released_cells import is_class_quiz

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
    if target.read_bytes() == origin.read_bytes():
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
