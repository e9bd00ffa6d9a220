"""One fork server for all that an nbgrader command grades; by itself it starts Python for each."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.folders import ClassFolder, CourseFolder
from autograder.grading import class_run
from autograder.grading.conditions import Conditions, GradeOptions, prepare_class

ENVIRONMENT = "COURSE_TEST_WARM"
"""Set: a command in a folder that `let_be_warm` has prepared uses a fork server."""


def let_be_warm(course: CourseFolder) -> None:
    """Let nbgrader's commands in this copy of the checkout be warm where it is asked for."""
    lines = (
        "",
        "import os, sys",
        f"if os.environ.get({ENVIRONMENT!r}):",
        f"    sys.path.append({str(Path(__file__).parents[1])!r})",
        "    from support.warm_nbgrader import be_warm",
        "    be_warm()",
        "",
    )
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def be_warm() -> None:
    """Prove the sandbox and import once in this process, when the first submission is graded."""
    stack = ExitStack()
    atexit.register(stack.close)
    opened: list[Conditions] = []

    @contextmanager
    def shared(
        course: CourseFolder, class_folder: ClassFolder, options: GradeOptions
    ) -> Iterator[Any]:
        if not opened:
            warm = GradeOptions(warm=True)
            opened.append(stack.enter_context(prepare_class(course, class_folder, warm)).prove())
        yield SimpleNamespace(prove=lambda: opened[0])

    class_run.prepare_class = shared  # type: ignore[assignment]
