"""No process of the package imports modules from the folder where a command is run.

An instructor may stand in a student's folder; a `json.py` there must not run as the grader.
"""

import re
from pathlib import Path

import pytest
from support.places import COURSE

from autograder.grading.submission_run import _run_anew

STARTED = re.compile(r'\[sys\.executable, "(-[^"]+)"')
AGAIN = "course/cli/command_line.py"
"""It starts its own command once more, as it was started."""
OWN = "course/learner/doctor.py"
"""It looks at what a learner's own notebooks would import."""


def test_every_process_is_started_without_its_folder() -> None:
    found = {
        f"{path.relative_to(COURSE.root)}: {start.group()}"
        for package in ("autograder", "course")
        for path in (COURSE.root / package).rglob("*.py")
        for start in STARTED.finditer(path.read_text(encoding="utf-8"))
        if start[1] not in ("-I", "-P")
    }

    assert {one.partition(":")[0] for one in found} == {AGAIN, OWN}


def test_a_file_where_a_worker_is_ordered_is_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("from pathlib import Path; Path('was-run').touch()")
    monkeypatch.chdir(tmp_path)

    printed = _run_anew(tmp_path / "no-order.json", {}, 60)

    assert "No such file or directory" in str(printed)
    assert not (tmp_path / "was-run").exists()
