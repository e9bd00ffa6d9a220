"""Cells that take answers from the course's own package are found; the checks' imports are not."""

import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell

from course.notebook.answer_modules import (
    ANSWER_MODULES,
    answer_folders,
    gaps_with_taken_answers,
    taken_answers,
)

TAKES = {
    "import course.checks": "course.checks",
    "import course.checks.models as m": "course.checks.models",
    "from course import checks": "course.checks",
    "from course import quiz as q": "course.quiz",
    "from course.checks import exercise, mistakes": "course.checks.mistakes",
    "from course.checks import *": "course.checks.*",
    "from course.checks.mistakes import _blocks": "course.checks.mistakes._blocks",
    "from course.checks.exercise import inputs": "course.checks.exercise.inputs",
    "from course.quiz.bank import practice_bank": "course.quiz.bank.practice_bank",
    "from course.lessons.lesson import build_cnn": "course.lessons.lesson.build_cnn",
    "from course.plots.operations.pooling import pooled": "course.plots.operations.pooling.pooled",
    "import course as c\nc.checks.models": "course.checks.models",
    "import importlib\nimportlib.import_module('course.checks')": "course.checks",
    "__import__('importlib').import_module('.quiz', 'course')": ".quiz",
    "import importlib\nimportlib.import_module('course' + '.checks')": ".checks",
    "import sys\nsys.modules['course.checks.models']": "course.checks",
    "import course\nopen(course.__path__[0] + '/x').read()": "course.__path__",
    "import course\nopen(course.__file__)": "course.__file__",
    "exec('from course.checks.mistakes import _blocks')": "course.checks",
    "open('/srv/course/checks/models.py').read()": "course/checks",
    "open(r'C:\\course\\checks\\models.py').read()": "course\\checks",
    "def f(x):\n    from course.checks import models\n    return models": "course.checks.models",
    "%load /srv/course/checks/models.py": "%load /srv/course/checks",
    "text = !cat /srv/course/quiz/practice.md": "text = !cat /srv/course/quiz",
}


@pytest.mark.parametrize("text", TAKES)
def test_what_a_cell_takes_is_named(text):
    assert TAKES[text] in taken_answers(text)


@pytest.mark.parametrize(
    "text",
    [
        "from course.checks import exercise",
        "from course import load_data, plots, predict, watched, show_quiz, shapes_table",
        "from course import hint\nhint('convolve2d')",
        "from course.quiet import quiet",
        "from course.plots import images, pooling_blocks",
        "from course.interactive.predicting import predict",
        "import course\ncourse.load_data()",
        "checks = 3\nchecks.bit_length()",
        "from my.course.checks import models",
        "'of course. checks are fine'",
        "100 % 7  # course.checks",
    ],
)
def test_what_notebooks_use_takes_no_answer(text):
    assert taken_answers(text) == []


def cell(text, gap="", origin="own"):
    metadata = {"convpool": {"origin": origin}}
    if gap:
        metadata["nbgrader"] = {
            "grade_id": gap,
            "grade": gap.startswith("test_"),
            "solution": not gap.startswith("test_"),
            "locked": gap.startswith("test_"),
            "schema_version": 3,
        }
    return new_code_cell(text, metadata=metadata)


def test_a_gap_also_takes_what_a_cell_of_the_students_took():
    cells = [
        cell("from course.checks import exercise, mistakes", gap="test_a", origin="source"),
        cell("mistakes = []\nmistakes.append(1)"),
        cell("import course"),
        cell("pool = course.checks.mistakes._blocks"),
        cell("def max_pool2d(m, size=2):\n    return pool(m, size)", gap="max_pool2d"),
        cell("def convolve2d(i, k):\n    return i", gap="convolve2d"),
        cell("from course.checks.models import reference_cnn as build_cnn", gap="build_cnn"),
    ]

    found = gaps_with_taken_answers(cells)

    assert found == {
        "max_pool2d": "course.checks.mistakes._blocks",
        "build_cnn": "course.checks.models.reference_cnn",
    }


def test_each_folder_with_answers_is_there():
    folders = answer_folders()

    assert len(folders) == len(ANSWER_MODULES) == 4
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_what_released_notebooks_import_needs_no_module_with_answers():
    code = (
        "import sys\n"
        "for name in ('checks', 'lessons', 'plots.operations', 'quiz'):\n"
        "    sys.modules[f'course.{name}'] = None\n"
        "from course import load_data, plots, predict, watched, fit, diff_models, hint\n"
        "from course.plots import images, maps\n"
        "from course.quiet import quiet\n"
        "import course.training.fit, course.interactive.experiments\n"
        "import course.notebook.answer_modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
