"""`course check improve`: the rules and the accuracy, of a notebook without points."""

import pytest
from support.learner_folder import edit, new_folder
from support.small_images import write_few_images
from typer.testing import CliRunner

from course.cli import app
from course.learner import check as checking
from course.learner.fresh_run import OPEN_SECONDS, FreshRun
from course.notebook.verdict import Verdict

LEADERBOARD = "The leaderboard measures the network on images that your notebook has not had."
UNTRAINED = """\
model = tf.keras.Sequential([
    tf.keras.Input(shape=(28, 28, 1)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense({units}, activation="relu"),
    tf.keras.layers.Dense(10, activation="softmax"),
])"""


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A folder of notebooks, the working directory, with a state and few images of its own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CONVPOOL_SUBSET_DIR", str(write_few_images(tmp_path)))
    folder = new_folder(tmp_path / "convpool")
    monkeypatch.chdir(folder)
    return folder


def check_improve(name="improve"):
    result = CliRunner().invoke(app, ["check", name])
    return result.exit_code, result.output


def put_model(folder, source):
    def change(notebook):
        next(cell for cell in notebook.cells if cell["id"] == "model").source = source

    edit(folder / "improve" / "improve.ipynb", change)


@pytest.mark.parametrize(
    ("verdict", "errors", "status", "said"),
    [
        (Verdict("model", 0, 0, "correct", "7 of 9 parameters."), {}, 0, "7 of 9 parameters."),
        (Verdict("model", 0, 0, "incorrect", "too many"), {}, 1, "too many"),
        (Verdict("model", 0, 0, "correct", ""), {"own": "ValueError: oh"}, 1, "ValueError: oh"),
    ],
)
def test_the_exit_status_says_whether_the_network_can_be_ranked(
    learner, monkeypatch, verdict, errors, status, said
):
    given = []

    def run(notebook, show, seconds):
        given.append(seconds)
        return FreshRun([verdict], errors)

    monkeypatch.setattr(checking, "run_notebook", run)

    exit_code, printed = check_improve()

    assert (exit_code, given) == (status, [OPEN_SECONDS])
    assert said in printed
    assert printed.splitlines()[-1] == LEADERBOARD
    assert "point" not in printed


@pytest.mark.slow
def test_a_network_is_measured_by_the_rules_of_the_leaderboard(learner):
    put_model(learner, UNTRAINED.format(units=100))
    large = check_improve()
    put_model(learner, UNTRAINED.format(units=10))
    (learner / "improve" / "improve.ipynb").rename(learner / "mine.ipynb")
    good = check_improve("mine.ipynb")

    assert good[0] == 0
    assert "7,960 of 50,000 parameters." in good[1]
    assert large[0] == 1
    assert "29,510 more than the 50,000 of the budget" in large[1]
