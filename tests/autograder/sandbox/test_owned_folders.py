"""A killed owner's temporary folder is removed by the next run, a living owner's never."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox.owned_folders import owned_folder, sweep_owned_folders

OWNER = """
import sys
from autograder.sandbox.owned_folders import owned_folder

with owned_folder() as folder:
    (folder / "large").write_bytes(bytes(1000))
    (folder / "closed").mkdir(mode=0o500)
    (folder / "closed" / "inner").mkdir(mode=0)
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a folder of this test's for temporary files, which no other test sweeps."""
    short = Path(tempfile.mkdtemp(dir="/tmp"))
    monkeypatch.setenv("TMPDIR", str(short))
    monkeypatch.setattr(tempfile, "tempdir", str(short))


def test_a_killed_owners_folder_is_swept_and_a_living_owners_is_not() -> None:
    owners = [
        subprocess.Popen(
            [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    folders = [Path(owner.stdout.readline().strip()) for owner in owners]
    with owned_folder() as mine:
        assert sweep_owned_folders() == []
        owners[0].send_signal(signal.SIGKILL)
        owners[0].communicate()

        swept = sweep_owned_folders()

        assert swept == [folders[0]]
        assert mine.is_dir() and folders[1].is_dir()
    owners[1].communicate("")
    assert not folders[1].exists() and not mine.exists()


def test_only_its_own_kind_is_swept() -> None:
    temporary = Path(tempfile.gettempdir())
    others = [temporary / name for name in ("convpool-mine", "convpool-run", "other")]
    for folder in others:
        folder.mkdir()
    file, link = temporary / "convpool-run-file", temporary / "convpool-run-link"
    file.touch()
    link.symlink_to(others[0])

    assert sweep_owned_folders() == []
    assert all(path.exists() for path in (*others, file, link))


def test_another_users_folder_is_left() -> None:
    if os.geteuid() != 0:
        pytest.skip("ANOTHER USER'S FOLDER IS NOT TESTED: only root can make one")
    folder = Path(tempfile.gettempdir()) / "convpool-run-other"
    folder.mkdir()
    os.chown(folder, 54321, 54321)

    assert sweep_owned_folders() == []
    assert folder.is_dir()
