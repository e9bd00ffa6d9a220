"""Continuous integration tests the versions that pyproject.toml promises."""

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support import learner_side
from support.commands import with_environment

from autograder.folders import CourseFolder

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def jobs(path: Path) -> dict:
    return yaml.safe_load(path.read_text())["jobs"]


def commands(path: Path) -> list[str]:
    return [step["run"] for job in jobs(path).values() for step in job["steps"] if "run" in step]


def test_every_python_of_the_classifiers_is_tested_on_linux() -> None:
    promised = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    linux = jobs(ROOT / ".github" / "workflows" / "tests.yml")["linux"]
    assert linux["strategy"]["matrix"]["python"] == promised


@pytest.mark.parametrize("path", WORKFLOWS, ids=[one.name for one in WORKFLOWS])
def test_a_workflow_runs_what_exists_and_names_no_host(path: Path) -> None:
    assert re.findall(r"https?://|\.org\b|\.io\b", path.read_text()) == []
    for command in commands(path):
        for script in re.findall(r"python (\S+\.py)", command):
            assert (ROOT / script).is_file()
        if command.startswith("make "):
            target = command.split()[1]
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("variable", "folder", "words"),
    [
        ("LOWEST", ".venv-lowest", "--resolution lowest-direct"),
        ("NEWEST", ".venv-newest", "--upgrade"),
        ("SLOW", ".venv", "-c constraints.txt"),
    ],
)
def test_make_test_takes_the_versions_that_its_variable_names(
    variable: str, folder: str, words: str
) -> None:
    """An environment of its own each, and the whole quick suite in it."""
    # As if it were not yet installed: nothing is run.
    made = output_of("make", "-n", "-W", "pyproject.toml", "test", f"{variable}=1")
    assert words in made.stdout
    assert f"{folder}/bin/python -m pytest -n 2" in made.stdout


def test_every_dependency_has_a_lower_bound() -> None:
    extras = PROJECT["optional-dependencies"].values()
    for one in (*PROJECT["dependencies"], *(name for extra in extras for name in extra)):
        assert ">=" in one, one


@pytest.mark.slow
def test_the_learners_commands_work_as_the_workflow_runs_them() -> None:
    assert learner_side.main() == 0


def _require(*command: object) -> None:
    """Run what needs the package index; skip if it fails."""
    tried = output_of(*command)
    if tried.returncode != 0:
        pytest.skip(f"THE LOWEST VERSIONS ARE NOT TESTED: {tried.stderr}")


@pytest.fixture(scope="module")
def lowest() -> Iterator[Path]:
    """The programs of an environment with the lowest versions that pyproject.toml allows."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("THE LOWEST VERSIONS ARE NOT TESTED: they are for Python 3.11")
    # Not pytest's own folder, which keeps what the last three runs wrote: this is 2.5 GB.
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "venv"
        venv.create(environment, with_pip=True)
        programs = environment / "bin"
        _require(programs / "python", "-m", "pip", "install", "--quiet", "uv")
        # It has certificates and settings of its own: pip may reach an index that it does not.
        resolved = ("pip", "install", "--dry-run", "--python", programs / "python", "pytest")
        _require(programs / "uv", *resolved)
        made = output_of("make", "LOWEST=1", f"VENV={environment}", environment / ".installed")
        assert made.returncode == 0, made.stdout + made.stderr
        yield programs


# What the make and the worker that run this test tell those below them.
OUTER = (
    *("MAKEFLAGS", "MAKELEVEL", "LOWEST", "NEWEST", "SLOW", "ARGS"),
    *("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS", "VIRTUAL_ENV"),
)


def output_of(*command: object, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run a command for ten minutes at most."""
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=with_environment(**dict.fromkeys(OUTER)),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


# The tests of what the packages with a lower bound are used for, a few seconds each.
SELECTION = (
    "tests/package/test_commands.py",
    "tests/autograder/gradebook/test_database.py",
    "tests/autograder/boundary/test_boundary_crossing.py",
    "tests/autograder/build/test_quiz_cells.py",
    "tests/course/test_model_graph.py",
    "tests/package/test_wheel.py",
    "tests/autograder/pages/test_feedback_leaks.py",
    "tests/autograder/grading/test_pictures.py",
    "tests/course/quiz/test_quiz_notebook.py",
    "tests/course/quiz/test_quiz_terminal.py",
)


@pytest.mark.slow
def test_the_lowest_versions_build_and_grade(lowest: Path, course_copy: CourseFolder) -> None:
    """`make test LOWEST=1` runs all quick tests with them; this takes four minutes."""
    for program in ("course", "autograder"):
        helped = output_of(lowest / program, "--help")
        assert helped.returncode == 0, helped.stderr
    checked = output_of(lowest / "autograder", "build", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    graded = output_of(lowest / "autograder", "demo", cwd=course_copy.root)
    assert graded.returncode == 0, graded.stdout + graded.stderr
    # The outer make hands on its own SLOW and ARGS.
    chosen = " ".join(("ARGS=-q -p no:cacheprovider", *SELECTION))
    tested = output_of("make", "LOWEST=1", f"VENV={lowest.parent}", "SLOW=", chosen, "test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
