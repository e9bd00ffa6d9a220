"""Bounds what a kernel shows of an exception, for notebooks that run unattended.

IPython draws a traceback with all of the message, all exceptions that led to it and all source
lines, in colors: minutes for a message of 100 MB, so that an error looks like a cell that took too
long. And it prints an ExceptionGroup as text, so that the cell seems to have run. Here every
exception is one error message, cut where it is too large.
"""

from __future__ import annotations

import functools
import itertools
import linecache
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any

MOST_CHARACTERS = 20_000  # of a message, a source line, an entry of a traceback
MOST_OF_A_NAME = 200
MOST_ENTRIES = 60  # of a traceback
MOST_LINKED = 20  # exceptions that led to one
MOST_WALKED = 5_000  # frames of a traceback that are looked at
MOST_FRAMES = 20  # in a plain traceback
MOST_OF_A_FILE = 500_000  # characters of source
DRAWING_SECONDS = 5.0

_last: list[Any] = []


class _TooSlow(BaseException):
    """Drawing a traceback took too long."""


def bound_tracebacks(shell_class: Any, shell: Any = None) -> None:
    """Bound the errors that a kernel's shell shows and replies with; `shell_class` is changed.

    `shell` is one that was made before: at its start ipykernel sets the method on it once more.
    """
    if shell is not None:
        vars(shell).pop("_showtraceback", None)
    publish, run = shell_class._showtraceback, shell_class.run_cell_async

    def publish_bounded(shell: Any, kind: Any, error: Any, lines: Any) -> None:
        publish(shell, SimpleNamespace(__name__=name_of(kind)), message_of(error), _cut(lines))

    @functools.wraps(run)
    async def run_bounded(shell: Any, *arguments: Any, **named: Any) -> Any:
        result = await run(shell, *arguments, **named)
        for field in ("error_before_exec", "error_in_exec"):
            error = getattr(result, field)
            if error is not None and not hasattr(error, "_render_traceback_"):
                setattr(result, field, _shortened(error))
        return result

    def kept(shell: Any, error: Any) -> dict[str, Any]:
        """Stand for the copy in IPython's history, for which it would draw a second time."""
        name, message = name_of(type(error)), message_of(error)
        return {"ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}

    shell_class._showtraceback, shell_class.run_cell_async = publish_bounded, run_bounded
    if hasattr(shell_class, "_format_exception_for_storage"):
        shell_class._format_exception_for_storage = kept
    shell_class.showtraceback = _show_bounded(shell_class.showtraceback)
    shell_class.showsyntaxerror = _show_bounded(shell_class.showsyntaxerror)


def _show_bounded(show: Callable[..., None]) -> Callable[..., None]:
    """Draw as `show` does where that is quick; else list the last frames without colors."""

    @functools.wraps(show)
    def show_bounded(shell: Any, *arguments: Any, **named: Any) -> None:
        given = arguments[0] if arguments else named.get("exc_tuple")
        try:
            kind, error, trace = shell._get_exc_info(given if isinstance(given, tuple) else None)
        except ValueError:  # there was no exception
            show(shell, *arguments, **named)
            return
        try:
            with _within(DRAWING_SECONDS):
                if is_small(error):
                    show(shell, *arguments, **named)
                    return
        except (_TooSlow, RecursionError, MemoryError):
            pass
        shell._showtraceback(kind, error, plain_lines(error, trace))

    return show_bounded


def is_small(error: BaseException) -> bool:
    """Tell whether IPython draws this exception quickly and as an error."""
    if hasattr(error, "_render_traceback_"):
        return True
    linked = list(itertools.islice(_linked(error), MOST_LINKED + 1))
    if len(linked) > MOST_LINKED or any(isinstance(one, BaseExceptionGroup) for one in linked):
        return False
    texts = itertools.chain.from_iterable(_texts(one) for one in linked)
    files = {frame.f_code.co_filename for one in linked for frame in _frames(one.__traceback__)}
    return sum(map(len, texts)) < MOST_CHARACTERS and all(
        sum(map(len, linecache.getlines(file))) < MOST_OF_A_FILE for file in files
    )


def _frames(trace: TracebackType | None) -> list[FrameType]:
    return [frame for frame, _ in itertools.islice(traceback.walk_tb(trace), MOST_WALKED)]


def _linked(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an exception to the ones that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _texts(error: BaseException) -> Iterator[str]:
    """Yield what would be shown of an exception, the longest source line of its frames last."""
    yield type(error).__name__
    yield message_of(error, MOST_CHARACTERS)
    yield from (str(note) for note in getattr(error, "__notes__", ()))
    yield str(getattr(error, "text", "")) if isinstance(error, SyntaxError) else ""
    frames = itertools.islice(traceback.walk_tb(error.__traceback__), MOST_WALKED)
    places = {(frame.f_code.co_filename, line) for frame, line in frames}
    yield max((linecache.getline(*place) for place in places), key=len, default="")


def message_of(error: object, most: int = MOST_CHARACTERS) -> str:
    """Return an exception's message, cut; its class may be the student's own.

    The last message is kept: to make it can take seconds, as for a KeyError with a large key.
    """
    if not _last or _last[0] is not error:
        _last[:] = [error, _message(error)]
    text: str = _last[1]
    return text if len(text) <= most else f"{text[:most]} …"


def _message(error: object) -> str:
    try:
        return str(error)[: MOST_CHARACTERS + 1]
    except (KeyboardInterrupt, _TooSlow):
        raise
    except BaseException as second:
        return f"(no message: {name_of(type(second))})"


def name_of(kind: Any) -> str:
    """Return the name of an exception's type, cut."""
    return str(kind.__name__)[:MOST_OF_A_NAME]


def plain_lines(error: BaseException, trace: TracebackType | None) -> list[str]:
    """Draw a traceback: the innermost frames and the message, of a group its first members too."""
    frames = list(itertools.islice(traceback.walk_tb(trace), MOST_WALKED))
    lines = ["Traceback (most recent call last)"]
    if len(frames) > MOST_FRAMES:
        lines.append(f"  … {len(frames) - MOST_FRAMES} more …")
    for frame, number in frames[-MOST_FRAMES:]:
        source = linecache.getline(frame.f_code.co_filename, number).strip()[:MOST_OF_A_NAME]
        lines.append(f"  line {number}, in {frame.f_code.co_name[:MOST_OF_A_NAME]}\n    {source}")
    lines.append(f"{name_of(type(error))}: {message_of(error, 2_000)}")
    if isinstance(error, BaseExceptionGroup):
        members = error.exceptions[:MOST_LINKED]
        lines += [f"  | {name_of(type(one))}: {message_of(one, 500)}" for one in members]
    return lines


def _cut(lines: Any) -> list[str]:
    """Keep the first and the last entries of a traceback, and of each the beginning."""
    entries = [lines] if isinstance(lines, str) else list(lines)
    if len(entries) > MOST_ENTRIES:
        half = MOST_ENTRIES // 2
        entries = [*entries[:half], "…", *entries[-half:]]
    return [str(entry)[:MOST_CHARACTERS] for entry in entries]


def _shortened(error: BaseException) -> BaseException:
    """Return an exception of the same name whose message is short and can be read."""
    return type(name_of(type(error)), (Exception,), {})(message_of(error))


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise _TooSlow in the block after so many seconds, where this thread can be told."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def stop(*_: object) -> None:
        raise _TooSlow

    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, handler)
