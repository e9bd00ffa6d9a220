"""Writes an assignment to start from: a script with one gap, and two answers for the bank."""

import re
from pathlib import Path

from autograder.build.contract import require_free_name
from autograder.folders import CourseFolder
from course.errors import BuildError
from course.notebook.release_folder import CONTENTS_PAGE

_TEMPLATE = Path(__file__).with_name("templates") / "assignment.txt"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_RIGHT = """\
# %% [markdown]
# road: sorted

# %% gap="@GAP@"
def @GAP@(numbers):
    in_order = sorted(numbers)
    return in_order[-1] - in_order[0]
"""
_WRONG = """\
# %% [markdown]
# misconception:
# score: 0

# %% gap="@GAP@"
def @GAP@(numbers):
    return numbers[-1] - numbers[0]
"""
_README = """\
# Course

Scripts with solutions are in `solutions/`. `autograder build` makes `exercises/`, for learners.
Assignments, in their order:

"""


def start_course(root: Path) -> CourseFolder:
    """Return the course in `root`; make one with `solutions/` and README.md if there is nothing.

    Raises BuildError for a folder that holds other things.
    """
    course = CourseFolder(root.resolve())
    if course.solutions.is_dir():
        return course
    if root.is_file() or (root.is_dir() and any(root.iterdir())):
        raise BuildError(
            f"{root} has files, but no folder `solutions`.",
            "Name a new folder, or make `solutions` in this one if it is to be a course.",
        )
    course.solutions.mkdir(parents=True)
    (course.root / CONTENTS_PAGE).write_text(_README, encoding="utf-8")
    return course


def new_assignment(course: CourseFolder, name: str) -> list[Path]:
    """Write the script of a new assignment, and what belongs to it; return the paths.

    Nothing is overwritten. Raises BuildError for a name that can't be used or is taken.
    """
    if not _NAME.fullmatch(name):
        raise BuildError(
            f"{name!r} can't be the name of an assignment.",
            "Begin with a letter, then use letters, digits, - and _: `autograder new averages`.",
        )
    require_free_name(course, name)
    files = _files(course, name)
    taken = [path for path in files if path.exists()]
    if taken:
        raise BuildError(f"{taken[0]} exists.", "Choose another name; nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    page = course.root / CONTENTS_PAGE
    # The build extends the contents page of lessons by itself.
    if not course.has_lessons and page.is_file():
        text = page.read_text(encoding="utf-8")
        line = f"- [{_title(name)}](exercises/{name}/{name}.ipynb)\n"
        page.write_text(text + ("" if text.endswith("\n") else "\n") + line, encoding="utf-8")
    return list(files)


def _files(course: CourseFolder, name: str) -> dict[Path, str]:
    """Fill the templates in; the answers are for a checkout, which has a bank of them."""
    gap = _gap_of(name)
    templates = {course.script(name): _TEMPLATE.read_text(encoding="utf-8")}
    bank = course.root / "tests" / "submissions"
    if (bank / "right").is_dir() and (bank / "wrong").is_dir():
        templates[bank / "right" / gap / "sorted.py"] = _RIGHT
        templates[bank / "wrong" / gap / "last_minus_first.py"] = _WRONG
    # The region is named here: a published package holds no hidden test, and a search proves that.
    words = {"@GAP@": gap, "@NAME@": name, "@TITLE@": _title(name), "@HIDDEN@": "HIDDEN TESTS"}
    return {path: _filled(text, words) for path, text in templates.items()}


def _filled(text: str, words: dict[str, str]) -> str:
    for sign, word in words.items():
        text = text.replace(sign, word)
    return text


def _gap_of(name: str) -> str:
    """Name the gap: an identifier that no other assignment's gap has."""
    return f"{name.replace('-', '_').lower()}_range"


def _title(name: str) -> str:
    """Write the name as a heading."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
