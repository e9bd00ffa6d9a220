"""Notebooks that end their kernel, each in another way, and what each deserves, always."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from autograder.build.answer_files import hand_in, parse_answers
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.conditions import Conditions, GradeOptions, prepare_class
from autograder.grading.results import SubmissionResult
from autograder.grading.submission_run import grade_submission

SCALE = "def scale_pixels(images):\n    return images / 255.0\n"
ADD = "def add_channel_axis(images):\n    return images[..., None]\n"

ENDS = {
    "exit()": "exit()",
    "quit()": "quit()",
    "exit(keep_kernel=False)": "exit(keep_kernel=False)",
    "ask_exit": "get_ipython().ask_exit()",
    "exit_now": "get_ipython().exit_now = True",
    "exit, then an error": "exit()\n1 / 0",
    "exit, then work": "exit()\nimport time\ntime.sleep(0.15)",
    "do_shutdown": "get_ipython().kernel.do_shutdown(False)",
    "os._exit": "import os\nos._exit(0)",
    "os._exit, with output": "import os\nprint('x' * 1000, flush=True)\nos._exit(3)",
    "kill": "import os\nos.kill(os.getpid(), 9)",
    "terminate": "import os\nos.kill(os.getpid(), 15)",
    "kill the group": "import os\nos.killpg(os.getpgrp(), 9)",
    "abort": "import os\nos.abort()",
    "execv": "import os\nos.execv('/bin/true', ['true'])",
    "close all files": "import os\nos.closerange(3, 200)",
    "shutdown request": "kernel = get_ipython().kernel\n"
    "request = {'content': {'restart': False}, 'header': {}}\n"
    "await kernel.shutdown_request(kernel.control_stream, [], request)",
    "stop the loop": "get_ipython().kernel.io_loop.stop()",
    "stop the loop soon": "import asyncio\n"
    "loop = asyncio.get_event_loop()\nloop.call_soon(loop.stop)",
    "stop the loop by callback": "loop = get_ipython().kernel.io_loop\n"
    "loop.add_callback(loop.stop)",
}
"""Code that ends a kernel: what its cell made is lost, and nothing else."""

GOES_ON = {
    "exit, not called": "exit",
    "SystemExit": "raise SystemExit",
    "sys.exit": "import sys\nsys.exit(1)",
    "keep_kernel": "exit(keep_kernel=True)",
    "sys.exit in a thread": "import sys, threading\nthreading.Thread(target=sys.exit).start()",
    "at exit": "import atexit, os\natexit.register(os._exit, 1)",
    "kill the parent": "import os\nos.kill(os.getppid(), 9)",
    "a child ends": "import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait()",
    "interrupt": "import os\nos.kill(os.getpid(), 2)",
    "close standard output": "import os\nos.close(1)",
    "close sys.stdout": "import sys\nsys.stdout.close()",
    "print, close sys.stdout": "import sys\nprint(1)\nsys.stdout.close()",
    "kill all": "import os\nos.kill(-1, 9)",
    "kill the second process": "import os\nif os.getpid() != 2:\n"
    "    try:\n        os.kill(2, 9)\n    except ProcessLookupError:\n        pass",
    "kill the first process": "import os\nos.kill(1, 9)\nos.kill(1, 15)",
}
"""Code that looks like an end: the kernel goes on, and nothing is lost."""


@dataclass(frozen=True)
class Ending:
    """A notebook `reshape` whose right answers stand beside code that ends the kernel."""

    name: str
    answers: str
    points: tuple[float, float]


def endings() -> list[Ending]:
    """List all notebooks: each ending in the gap's cell, in a cell before, in the function."""
    found = []
    for name, code in ENDS.items():
        found.append(Ending(f"{name}: in the gap", _answers(f"{SCALE}\n{code}"), (0.0, 6.0)))
        found.append(Ending(f"{name}: in a cell before", _answers(SCALE, before=code), (4.0, 6.0)))
    for name in ("exit()", "ask_exit", "do_shutdown", "os._exit", "kill"):
        body = "".join(f"    {line}\n" for line in ENDS[name].splitlines())
        code = f"def scale_pixels(images):\n{body}    return images / 255.0\n"
        found.append(Ending(f"{name}: in the function", _answers(code), (0.0, 6.0)))
    for name, code in GOES_ON.items():
        found.append(Ending(f"{name}: in the gap", _answers(f"{SCALE}\n{code}"), (4.0, 6.0)))
    return found


def _answers(scale: str, before: str = "") -> str:
    own = f"# %%\n{before}\n\n" if before else ""
    return f'{own}# %% gap="scale_pixels"\n{scale}\n# %% gap="add_channel_axis"\n{ADD}'


class EndingGrader:
    """Grades endings under conditions that are prepared once."""

    def __init__(self, course: CourseFolder, conditions: Conditions) -> None:
        """Read the source of `reshape`."""
        self._course, self._conditions = course, conditions
        self._source: Any = nbformat.read(course.source("reshape"), as_version=4)

    def grade(self, ending: Ending) -> SubmissionResult:
        """Grade one notebook."""
        with TemporaryDirectory(prefix="convpool-ending-") as folder:
            submitted, release = Path(folder), self._course.release("reshape")
            hand_in(release, parse_answers(ending.answers), submitted, "eve", "reshape")
            student = submitted / "eve"
            return grade_submission(self._source, student, "eve", "reshape", self._conditions)

    def points(self, ending: Ending) -> tuple[float, ...]:
        """Return the points of one notebook."""
        return tuple(gap.score for gap in self.grade(ending).gaps)


@contextmanager
def ending_grader(course: CourseFolder, *, forked: bool) -> Iterator[EndingGrader]:
    """Prepare conditions with forked or with fresh kernels."""
    with TemporaryDirectory(prefix="convpool-class-") as folder:
        options = GradeOptions(warm=forked, limits={"cell_seconds": 20.0})
        with prepare_class(
            course, ClassFolder(Path(folder)), options, tensorflow=False
        ) as preparation:
            yield EndingGrader(course, preparation.prove())
