"""A learner who has done nothing yet is sent to the lesson; afterwards to the exercises."""

import pytest
from support.learner_folder import answer, edit, new_folder
from typer.testing import CliRunner

from course.cli import app
from course.cli.printing import next_step
from course.learner.status import standings


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A folder of notebooks, the working directory, with a state of its own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    folder = new_folder(tmp_path / "convpool")
    monkeypatch.chdir(folder)
    return folder


def test_a_beginner_reads_the_lesson_first(learner):
    assert next_step(learner, standings(learner)).startswith("Next: lesson.ipynb")


def test_after_a_cell_of_the_lesson_the_exercises_are_next(learner):
    def run(notebook):
        code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        code.execution_count = 1

    edit(learner / "lesson.ipynb", run)
    assert next_step(learner, standings(learner)).startswith("Next: reshape/reshape.ipynb")


def test_who_has_begun_with_an_exercise_goes_on_with_it(learner):
    answer(learner, "reshape")
    assert next_step(learner, standings(learner)) == "Next: course check reshape"


@pytest.mark.parametrize("name", ["lesson", "further.ipynb"])
def test_a_notebook_without_exercises_is_said_to_have_none(learner, name):
    result = CliRunner().invoke(app, ["check", name])
    said = " ".join((result.output + str(result.exception or "")).split())
    assert result.exit_code == 2 or result.exception
    assert "has no exercises to check" in said
    assert "Exercises are" not in said


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nonsense", "Exercises are reshape, convolution, pooling, cnn, quiz, improve."),
        ("improv", "Did you mean improve?"),
    ],
)
def test_an_unknown_name_is_answered_with_all_that_can_be_checked(learner, name, expected):
    result = CliRunner().invoke(app, ["check", name])

    assert expected in f"{result.output} {result.exception}"
