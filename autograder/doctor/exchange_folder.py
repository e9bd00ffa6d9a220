"""Examines nbgrader's exchange, through which nbgrader and formgrader hand out and collect."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograder.build.coursedir import captured_log, read_configuration
from autograder.doctor.class_files import EXECUTE, WRITE
from autograder.doctor.finding import Finding, fine, from_error, wrong
from autograder.folders import ClassFolder
from course.errors import CourseError


def examine_exchange(root: Path, class_folder: ClassFolder) -> Iterator[Finding]:
    """Look whether this user and students can use the exchange that a course is configured for."""
    try:
        with _class_named(class_folder):
            config = read_configuration(root)
        exchange = _exchange(config)
    except CourseError as error:
        yield from_error("exchange", error, "Correct nbgrader_config.py.")
        return
    if exchange is None:
        yield fine("exchange", "it is a service of its own, as ExchangeFactory says")
        return
    folder = Path(exchange.root)
    is_chosen = "root" in config.Exchange
    if not folder.is_dir():
        yield _absent(folder, is_chosen=is_chosen)
        return
    why = _not_usable(folder)
    if why:
        yield wrong("exchange", f"{folder} {why}", f"Run `chmod ugo+rwx {folder}` as its owner.")
    if not exchange.coursedir.course_id:
        yield wrong(
            "exchange",
            "the course has no id, which nbgrader's release, collect and list need",
            'Write c.CourseDirectory.course_id = "…" into nbgrader_config.py.',
        )
    elif not why:
        yield fine("exchange", f"{folder}, course {exchange.coursedir.course_id}")


def _absent(folder: Path, *, is_chosen: bool) -> Finding:
    """Only a course that names an exchange needs one."""
    if is_chosen:
        step = f"Run `mkdir -p {folder} && chmod ugo+rwx {folder}`, or correct nbgrader_config.py."
        return wrong("exchange", f"{folder}, which nbgrader_config.py names, is no folder", step)
    return fine("exchange", f"not used: {folder} is not there; nbgrader's own commands need it")


def _not_usable(folder: Path) -> str:
    """Say why the exchange can't be used; "" if it can."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return "can't be written to"
    if folder.stat().st_mode & (WRITE | EXECUTE) != WRITE | EXECUTE:
        return "can't be written to by students"
    return ""


def _exchange(config: Any) -> Any:
    """Return nbgrader's own object of the exchange; None where another service replaces it."""
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeFactory
    from nbgrader.exchange.default import Exchange

    with captured_log():
        if not issubclass(ExchangeFactory(config=config).list, Exchange):
            return None
        return Exchange(coursedir=CourseDirectory(config=config), config=config)


@contextmanager
def _class_named(class_folder: ClassFolder) -> Iterator[None]:
    """Let this project's own nbgrader_config.py make no folder of a class that is not there yet."""
    before = os.environ.get("CLASS_DIR")
    with TemporaryDirectory(prefix="convpool-doctor-") as spare:
        is_there = class_folder.root.is_dir()
        os.environ["CLASS_DIR"] = str(class_folder.root) if is_there else spare
        try:
            yield
        finally:
            if before is None:
                del os.environ["CLASS_DIR"]
            else:
                os.environ["CLASS_DIR"] = before
