"""The user's folders are the system's own, unless a variable names one or an older one is there."""

import errno
import os

import pytest

from course import files


@pytest.fixture(autouse=True)
def system(tmp_path, monkeypatch):
    """A system whose own folder for state is not the one that earlier versions used."""
    monkeypatch.delenv("COURSE_STATE_DIR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "earlier"))
    monkeypatch.setattr(files, "user_state_path", lambda name, appauthor: tmp_path / "own" / name)
    return tmp_path


def test_the_folder_is_the_systems_own(system):
    assert files.state_folder() == system / "own" / "convpool-course"


def test_the_folder_of_an_earlier_version_is_used_further(system):
    (system / "earlier" / "convpool-course").mkdir(parents=True)

    assert files.state_folder() == system / "earlier" / "convpool-course"

    # On Windows the cache lies in the folder for state, so that a new cache makes that folder too.
    (system / "own" / "convpool-course" / "Cache").mkdir(parents=True)
    assert files.state_folder() == system / "earlier" / "convpool-course"


def test_a_variable_names_another_folder(system, monkeypatch):
    monkeypatch.setenv("COURSE_STATE_DIR", str(system / "named"))

    assert files.state_folder() == system / "named"


def test_an_error_of_the_disk_names_the_file_and_leaves_nothing(tmp_path):
    def write(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=r"No space left on device: .*page\.html"):
        files.write_atomically(tmp_path / "page.html", write)

    assert list(tmp_path.glob("*.*")) == []
