"""Silence for standard error while a check runs.

nbgrader gives a test cell zero marks for any byte on standard error
(`nbgrader.utils.determine_grade`), whoever wrote it. Keras warns about `input_shape=`, the
lesson's own style; TensorFlow logs to file descriptor 2 from C++ when it is first imported and
when it first compiles. Neither is a student's mistake.
"""

import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what Python, its loggers and its C++ libraries write to standard error.

    A value that is shown meanwhile is dropped too.
    """
    with (
        _kernel_stream_detached(sys.stderr),
        _descriptor_silenced(2),
        _loggers_silenced(),
        _displayhook_muted(),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        with redirect_stderr(io.StringIO()):
            yield


@contextmanager
def _kernel_stream_detached(stream: Any) -> Iterator[None]:
    """Take ipykernel's error stream off the running cell until the block ends.

    A thread of ipykernel copies file descriptor 2 to the notebook. What the cell before wrote
    may still be on its way and would be booked on the test cell. A message without a parent
    belongs to no cell.
    """
    if not hasattr(stream, "parent_header"):
        yield
        return
    before = stream.parent_header
    stream.parent_header = {}
    try:
        yield
        _flush(stream)
    finally:
        stream.parent_header = before


@contextmanager
def _descriptor_silenced(descriptor: int) -> Iterator[None]:
    """Point a file descriptor at the null device, for libraries that bypass `sys.stderr`."""
    _flush(sys.stderr)
    saved = os.dup(descriptor)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, descriptor)
        yield
    finally:
        os.dup2(saved, descriptor)
        os.close(saved)
        os.close(null)


@contextmanager
def _loggers_silenced() -> Iterator[None]:
    """Disable logging: handlers keep the stream they were made with, whatever `sys.stderr` is."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _displayhook_muted() -> Iterator[None]:
    """Show no value as the cell's result: nbgrader reads part marks from it, whoever shows it."""
    before = sys.displayhook
    sys.displayhook = lambda value: None
    try:
        yield
    finally:
        sys.displayhook = before


def _flush(stream: object) -> None:
    """Flush a stream that may be closed or missing, as under pythonw."""
    flush = getattr(stream, "flush", None)
    if flush is not None and not getattr(stream, "closed", False):
        flush()
