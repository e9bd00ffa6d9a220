"""The wheel carries what a student may have, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from support.contract import ASSIGNMENTS
from support.leaks import HIDDEN_TEST, explanations, secret_lines

from autograder.folders import CourseFolder
from course.quiz import draw_bank, practice_bank, read_bank

PACKED = ("course", "autograder", "exercises", "solutions", "pyproject.toml")


@pytest.fixture(scope="module")
def wheel(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build the wheel from a copy of the checkout; return the content of its files by name."""
    copy = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in PACKED:
        source = course.root / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignore)
        else:
            shutil.copy2(source, copy / name)
    # What pyproject.toml names and a checkout may not have yet.
    for name in ("README.md", "LICENSE"):
        (copy / name).write_text("in the real checkout\n")
    script = "from hatchling.build import build_wheel; print(build_wheel('dist'))"
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=copy,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert result.returncode == 0, result.stderr
    built = copy / "dist" / result.stdout.split()[-1]
    with zipfile.ZipFile(built) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(wheel: dict[str, bytes]) -> dict[str, str]:
    return {name: content.decode("utf-8", errors="replace") for name, content in wheel.items()}


def test_the_wheel_carries_both_packages_and_the_course_material(wheel: dict[str, bytes]) -> None:
    wanted = {f"course/exercises/{name}/{name}.ipynb" for name in ASSIGNMENTS}
    wanted |= {
        "course/__init__.py",
        "course/cli/commands.py",
        "course/lessons/lesson.ipynb",
        "course/quiz/practice.md",
    }
    wanted |= {"course/lessons/practice.ipynb", "course/quiz/templates/page.html.j2"}
    wanted |= {
        "autograder/__init__.py",
        "autograder/cli/__init__.py",
        "autograder/build/release.py",
    }

    assert wanted - set(wheel) == set()


def test_every_module_of_the_packages_is_in_the_wheel(
    course: CourseFolder, wheel: dict[str, bytes]
) -> None:
    modules = [p for name in ("course", "autograder") for p in (course.root / name).rglob("*.py")]

    missing = {str(path.relative_to(course.root)) for path in modules} - set(wheel)

    assert missing == set()


def test_the_wheel_has_only_the_two_packages(wheel: dict[str, bytes]) -> None:
    tops = {name.split("/")[0] for name in wheel}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"course", "autograder"}


def test_the_wheel_offers_both_commands(wheel: dict[str, bytes]) -> None:
    entry_points = next(text for name, text in texts(wheel).items() if "entry_points" in name)

    assert "course = course.cli:main" in entry_points
    assert "autograder = autograder.cli:main" in entry_points


def test_no_file_of_solutions_is_in_the_wheel(
    course: CourseFolder, wheel: dict[str, bytes]
) -> None:
    secret = [path for path in course.solutions.rglob("*") if path.is_file()]
    contents = {path.read_bytes() for path in secret if path.stat().st_size}

    assert contents
    assert [name for name in wheel if "solutions" in name.split("/")] == []
    assert [name for name in wheel if name.endswith("solutions.json")] == []
    assert [name for name, content in wheel.items() if content in contents] == []


def test_no_hidden_test_is_in_the_wheel(wheel: dict[str, bytes]) -> None:
    found = {name: HIDDEN_TEST.findall(text) for name, text in texts(wheel).items()}

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_no_line_of_a_reference_solution_is_in_a_released_notebook(
    course: CourseFolder, wheel: dict[str, bytes]
) -> None:
    secrets = secret_lines(course, *ASSIGNMENTS, region="SOLUTION")
    released = "\n".join(text for name, text in texts(wheel).items() if "/exercises/" in name)

    assert released
    assert {line for line in secrets if line.replace('"', '\\"') in released} == set()


def test_no_explanation_and_no_key_of_the_graded_quiz_is_in_the_wheel(
    course: CourseFolder, wheel: dict[str, bytes]
) -> None:
    shared = {question.id for question in practice_bank().questions}
    graded = draw_bank(read_bank(course.solutions / "quiz.md"), 0)
    secrets = explanations([question for question in graded if question.id not in shared])
    practice = wheel["course/quiz/practice.md"].decode()
    everything = "\n".join(text for name, text in texts(wheel).items() if name.endswith(".ipynb"))

    assert len(secrets) > 10
    assert {text for text in secrets if text in everything or text in practice} == set()
    assert not re.search(r"chosen(_all)?\(q\d", everything)


def test_the_wheel_tells_nothing_of_the_place_it_was_built_in(
    course: CourseFolder, wheel: dict[str, bytes]
) -> None:
    assert [n for n, text in texts(wheel).items() if str(course.root) in text] == []
