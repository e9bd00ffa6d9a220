"""Stops a check in a notebook that does not come to an end, as `course check` stops it."""

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from course.data import is_grading
from course.frontend import is_watched

SECONDS = 60
"""The limit of a test, here, in `course check` and in grading."""

_AGAIN = 1
"""After so many seconds it is stopped again, where the answer caught the first attempt."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise KeyboardInterrupt in the block after `SECONDS`.

    Only in a notebook that a person runs: what grades or runs a notebook has limits of its own.
    """
    if not is_watched() or is_grading():
        yield
    elif threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        yield from _by_alarm()
    else:
        yield from _by_thread()


def _by_alarm() -> Iterator[None]:
    """Stop by a signal, which ends a call that waits, too."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _by_thread() -> Iterator[None]:
    """Stop from another thread, as on Windows."""
    timer = threading.Timer(SECONDS, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
