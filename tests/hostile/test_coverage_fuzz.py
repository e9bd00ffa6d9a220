"""A fuzzer that is guided by coverage finds no error in what reads students' work."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.places import ROOT

SECONDS = 15


@pytest.mark.slow
@pytest.mark.parametrize("target", ["ingest", "collect", "pages", "boundary"])
def test_a_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("NOTHING IS FUZZED BY COVERAGE: pip install '.[fuzz]' (Linux, x86-64)")
    script = ROOT / "tests/support/fuzz_targets.py"
    paths = [str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, str(script), target, str(SECONDS)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert "DONE" in done.stderr
