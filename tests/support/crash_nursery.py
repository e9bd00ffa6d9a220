"""Runs that are killed: one process imports everything once, and forks for each of them.

It reads a `Kill` as JSON from each line of its standard input, and answers with how the fork ended.
"""

import json
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from unittest import mock

from support.places import TESTS


@dataclass(frozen=True)
class Kill:
    """Where a run gets its SIGKILL."""

    target: str
    """The function whose call it is, as `unittest.mock.patch` names it."""
    call: int = 1
    """Which call."""
    after: bool = False
    """Whether the call still comes to its end."""

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same, but once."""
        counted, guard = [0], threading.Lock()

        def wrapped(*arguments: Any, **named: Any) -> Any:
            with guard:
                counted[0] += 1
                mine = counted[0] == self.call
            if mine and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            given = function(*arguments, **named)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return given

        return wrapped


class Nursery:
    """The process, as a test sees it."""

    def __init__(self) -> None:
        """Start it."""
        self._process = Popen(
            [sys.executable, "-m", "support.crash_nursery"],
            stdin=PIPE,
            stdout=PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )

    def killed_run(self, folder: Path, kill: Kill) -> int:
        """Let a run over the class in `folder` be killed; return the number of the signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(kill) | {"folder": str(folder)}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def run(folder: Path, kill: Kill) -> None:
    """Grade until the kill; this is the fork."""
    from support import fake_grading

    from autograder.folders import ClassFolder

    with fake_grading.faked():
        function = pkgutil.resolve_name(kill.target)
        with mock.patch(kill.target, kill.wrap(function)):
            fake_grading.grade(ClassFolder(folder))


def main() -> None:
    """Fork for each line."""
    import nbgrader.apps
    import nbgrader.converters

    import autograder.grading.class_run  # noqa: F401

    assert nbgrader
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            folder = Path(order.pop("folder"))
            os.dup2(2, 1)  # the answer is the parent's to give
            run(folder, Kill(**order))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


if __name__ == "__main__":
    main()
