"""Continuous integration tests the versions that pyproject.toml promises."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from support import learner_side

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
    made = subprocess.run(
        ["make", "-n", "-W", "pyproject.toml", "test", f"{variable}=1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert words in made.stdout
    assert f"{folder}/bin/python -m pytest -n 2" in made.stdout


def test_every_dependency_has_a_lower_bound() -> None:
    extras = PROJECT["optional-dependencies"].values()
    for one in (*PROJECT["dependencies"], *(name for extra in extras for name in extra)):
        assert ">=" in one, one


@pytest.mark.slow
def test_the_learners_commands_work_as_the_workflow_runs_them() -> None:
    assert learner_side.main() == 0
