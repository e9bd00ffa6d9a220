"""JupyterLab, VS Code, Colab, Binder: what each of them needs of the notebooks and the checkout."""

import os
import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import typer
from packaging.specifiers import SpecifierSet

from autograder.build.script import COLAB_CELL_ID, COLAB_SOURCE
from autograder.folders import CourseFolder
from course.cli import app as course_app
from course.learner.lab import notebooks

BINDER = "binder"

# Runs the cell as a notebook does, in an interpreter that can't see the checkout. With "colab" as
# its last argument there is the module by which Colab is known.
HARNESS = """
import sys, types
cell, target, checkout, where = sys.argv[1:]
sys.path[:] = [path for path in sys.path if path not in ("", checkout)]
if where == "colab":
    import google
    google.colab = sys.modules["google.colab"] = types.ModuleType("google.colab")
from IPython.core.interactiveshell import InteractiveShell
result = InteractiveShell.instance().run_cell(open(cell, encoding="utf-8").read())
assert result.success, result
sys.path.insert(0, target)
try:
    import course, jupyterquiz
    from course.data import load_data
    print("AFTER", course.__file__, jupyterquiz.__file__)
except ImportError as error:
    print("AFTER", error)
"""


@pytest.fixture
def run_cell(course: CourseFolder, tmp_path: Path):
    """Run the cell in a folder; return what was printed, and the folder that pip installs into."""
    target, cell = tmp_path / "installed", tmp_path / "cell.py"
    cell.write_text(COLAB_SOURCE, encoding="utf-8")

    def run(folder: Path, where: str) -> str:
        options = {"PIP_TARGET": str(target), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}
        options |= {"IPYTHONDIR": str(tmp_path / "ipython")}
        arguments = [str(cell), str(target), str(course.root), where]
        finished = subprocess.run(
            [sys.executable, "-c", HARNESS, *arguments],
            cwd=folder,
            env={**os.environ, **options},
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    return run, target


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def test_away_from_colab_the_cell_does_nothing_at_all(run_cell, upload):
    run, target = run_cell
    (upload / "convpool_course-0.1.0-py3-none-any.whl").write_bytes(b"never opened")

    printed = run(upload, "elsewhere")

    # An editable installation leaves a folder `course` behind, which is no package.
    assert re.fullmatch(r"AFTER No module named 'course(\.data)?'\n", printed)
    assert not target.exists()


def test_on_colab_without_the_wheel_the_cell_asks_for_it(run_cell, upload):
    run, _ = run_cell

    assert "Upload the course's .whl file" in run(upload, "colab")


@pytest.mark.slow
def test_on_colab_the_cell_installs_the_wheel_and_the_course_works(run_cell, upload, course):
    run, target = run_cell
    command = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", command, str(upload)], cwd=course.root, check=True)
    write_stub_wheel(upload, "jupyterquiz", "2.9.0")

    printed = run(upload, "colab")

    assert f"AFTER {target / 'course' / '__init__.py'} {target / 'jupyterquiz.py'}" in printed


def write_stub_wheel(folder: Path, name: str, version: str) -> None:
    """Write an empty package, in the place of one that Colab would download."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", head)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")


@pytest.mark.parametrize("name", notebooks())
def test_a_notebook_opens_in_each_editor(name):
    notebook = nbformat.read(notebooks()[name], as_version=4)
    nbformat.validate(notebook)

    # VS Code and Colab choose a kernel by these two.
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.kernelspec.language == "python"
    assert notebook.metadata.language_info.name == "python"
    # The card first: a code host shows the top of the file.
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[1]["id"] == COLAB_CELL_ID
    assert notebook.cells[1].source == COLAB_SOURCE.rstrip()


def test_binder_builds_with_a_python_that_the_course_allows(course):
    version = (course.root / BINDER / "runtime.txt").read_text().strip().removeprefix("python-")
    project = tomllib.loads((course.root / "pyproject.toml").read_text())["project"]

    assert version in SpecifierSet(project["requires-python"])


def test_binders_last_step_is_a_program_of_commands_that_exist(course):
    script = course.root / BINDER / "postBuild"
    assert script.stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0
    lines = [line.split() for line in script.read_text().splitlines()]
    verbs = [words[1] for words in lines if words[:1] == ["course"]]

    assert verbs == ["data", "lab"]
    assert set(verbs) <= set(typer.main.get_command(course_app).commands)
