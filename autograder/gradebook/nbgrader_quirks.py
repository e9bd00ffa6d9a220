"""What nbgrader 0.9 needs of the programs that call it."""

import os
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any


@contextmanager
def without_its_warnings() -> Iterator[None]:
    """Hide SQLAlchemy's warnings about objects that nbgrader adds to its session too late."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object of type <Submitted")
        yield


def put_scripts_on_path() -> None:
    """Add this environment's scripts to PATH: nbgrader runs the command `alembic` by its name."""
    scripts = sysconfig.get_path("scripts")
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in folders:
        os.environ["PATH"] = os.pathsep.join([scripts, *folders])


def survive_damaged_timestamps() -> None:
    """Let nbgrader take a `timestamp.txt` that is no time for none.

    nbgrader 0.9 calls a method there that its class does not have, and so loses the submission.
    """
    from nbgrader.coursedir import CourseDirectory

    original = CourseDirectory.get_existing_timestamp
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def existing(self: Any, dest_path: str) -> Any:
        try:
            return original(self, dest_path)
        except (AttributeError, ValueError, TypeError, OverflowError, OSError):
            self.log.warning("No time can be read in %s", Path(dest_path) / "timestamp.txt")
            return None

    CourseDirectory.get_existing_timestamp = existing


def make_tables(url: str) -> None:
    """Make nbgrader's tables, with the version by which `nbgrader db upgrade` knows them."""
    from nbgrader.api import Base
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        insert = text("INSERT INTO alembic_version (version_num) VALUES (:version)")
        connection.execute(insert, {"version": alembic_version()})
    engine.dispose()


def alembic_version() -> str:
    """Read the version of nbgrader's tables from its migrations.

    nbgrader asks the command `alembic` for it, which takes seconds.
    """
    import nbgrader
    from alembic.script import ScriptDirectory

    migrations = Path(nbgrader.__file__).parent / "alembic"
    return str(ScriptDirectory(str(migrations)).get_current_head())
