"""Writes an assignment to start from, with one gap: a script or a notebook, and two answers."""

import re
from pathlib import Path

import nbformat

from autograder.build.contract import require_free_name
from autograder.build.coursedir import CONFIGURATION, StockCourse, find_stock_course
from autograder.build.script import notebook_of
from autograder.folders import CourseFolder
from course.errors import BuildError
from course.notebook.release_folder import CONTENTS_PAGE

_TEMPLATES = Path(__file__).with_name("templates")
_CONFIGURATION = """\
c = get_config()
c.CourseDirectory.course_id = "@NAME@"
"""
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


def new_assignment(course: CourseFolder, name: str, *, notebook: bool = False) -> list[Path]:
    """Write the script of a new assignment, and what belongs to it; return the paths.

    With `notebook`, its source notebook is written instead of a script. Nothing is overwritten.
    Raises BuildError for a name that can't be used or is taken.
    """
    _require_name(name)
    require_free_name(course, name)
    files = _files(course, name, notebook)
    _write_new(files)
    page = course.root / CONTENTS_PAGE
    # The build extends the contents page of lessons by itself.
    if not course.has_lessons and page.is_file():
        text = page.read_text(encoding="utf-8")
        line = f"- [{_title(name)}](exercises/{name}/{name}.ipynb)\n"
        page.write_text(text + ("" if text.endswith("\n") else "\n") + line, encoding="utf-8")
    return list(files)


def start_stock_course(root: Path) -> StockCourse:
    """Return the stock course in `root`; make one with a configuration if there is nothing.

    Raises BuildError for a folder that holds other things.
    """
    found = find_stock_course(root)
    if found is None:
        if root.exists() and (root.is_file() or any(root.iterdir())):
            raise BuildError(
                f"{root} has files, but is no nbgrader course: it has neither a folder `source` "
                f"nor {CONFIGURATION}.",
                "Name a new folder, or make `source` in this one if it is to be a course.",
            )
        (root / "source").mkdir(parents=True)
        text = _filled(_CONFIGURATION, {"@NAME@": root.resolve().name})
        (root / CONFIGURATION).write_text(text, encoding="utf-8")
        found = find_stock_course(root)
    assert found is not None
    return found


def new_notebook(course: StockCourse, name: str) -> Path:
    """Write the source notebook of a new assignment, with ordinary tests; return its path.

    Its regions are those that the course's configuration names. Nothing is overwritten. Raises
    BuildError for a name that can't be used or is taken.
    """
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    _require_name(name)
    folder = course.source(name)
    if folder.exists():
        raise BuildError(f"{folder} exists.", "Choose another name; nothing was written.")
    solution, hidden = ClearSolutions(config=course.config), ClearHiddenTests(config=course.config)
    words = {
        "@GAP@": _gap_of(name),
        "@TITLE@": _title(name),
        "@BEGIN_SOLUTION@": solution.begin_solution_delimeter,
        "@END_SOLUTION@": solution.end_solution_delimeter,
        "@BEGIN_HIDDEN@": hidden.begin_test_delimeter,
        "@END_HIDDEN@": hidden.end_test_delimeter,
    }
    path = folder / f"{name}.ipynb"
    _write_new({path: _as_notebook(_filled(_template("notebook.txt"), words), path)})
    return path


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BuildError(
            f"{name!r} can't be the name of an assignment.",
            "Begin with a letter, then use letters, digits, - and _: `autograder new averages`.",
        )


def _write_new(files: dict[Path, str]) -> None:
    """Write files that must not exist yet."""
    taken = [path for path in files if path.exists()]
    if taken:
        raise BuildError(f"{taken[0]} exists.", "Choose another name; nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _files(course: CourseFolder, name: str, notebook: bool) -> dict[Path, str]:
    """Fill the templates in; the answers are for a checkout, which has a bank of them."""
    gap = _gap_of(name)
    templates = {course.script(name): _template("assignment.txt")}
    bank = course.root / "tests" / "submissions"
    if (bank / "right").is_dir() and (bank / "wrong").is_dir():
        templates[bank / "right" / gap / "sorted.py"] = _RIGHT
        templates[bank / "wrong" / gap / "last_minus_first.py"] = _WRONG
    # The region is named here: a published package holds no hidden test, and a search proves that.
    words = {"@GAP@": gap, "@NAME@": name, "@TITLE@": _title(name), "@HIDDEN@": "HIDDEN TESTS"}
    files = {path: _filled(text, words) for path, text in templates.items()}
    if notebook:
        text = files.pop(course.script(name))
        files[course.source(name)] = _as_notebook(text, course.source(name))
    return files


def _as_notebook(text: str, path: Path) -> str:
    """Return a filled template as the text of the notebook at a path."""
    return nbformat.writes(notebook_of(text, path)) + "\n"


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
