"""The leaderboard: what a rank means, what a table says, and nothing that a student can forge."""

import csv
import io
import json
import re
import zipfile
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from rich.console import Console

from course.quiet import quiet

with quiet():
    import keras

from autograder.build.answer_files import Answers, fill, parse_answers
from autograder.cli import show_pages
from autograder.cli.show_exchange import run_collect
from autograder.cli.show_pages import run_improve
from autograder.folders import ClassFolder
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import Flag, SubmissionResult
from autograder.lms.collecting import CollectOptions
from autograder.pages.leaderboard import leaderboard as boards
from autograder.pages.leaderboard import scoring_notebook as hiding
from autograder.pages.leaderboard.leaderboard import (
    RankedNetwork,
    as_csv,
    as_html,
    as_markdown,
    ranked,
    tied,
    without_names,
    write_leaderboard,
)
from autograder.pages.leaderboard.scoring_notebook import (
    SCORED,
    read_score,
    score,
    scoring_source,
    unpack,
)
from autograder.pages.pseudonyms import Pseudonyms
from course.checks import exercise
from course.checks.failures import CheckFailed
from course.data.drawn_images import generate
from course.errors import GradingError
from course.learner.lab import notebooks
from course.lessons.improve_rules import BUDGET, require_rules, right_answers, standard_error
from course.notebook.verdict import Verdict


def network(units, *, shape=(28, 28, 1), classes=10):
    layers = [keras.Input(shape), keras.layers.Flatten()]
    layers += [keras.layers.Dense(units), keras.layers.Dense(classes, activation="softmax")]
    return keras.Sequential(layers)


# The rules


def test_the_budget_ends_exactly_where_it_says():
    # 785 · 62 + 63 · 10 = 49,300; a bias more or less decides nothing here, so one is built to fit.
    fits = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    fits.add(keras.layers.Dense(4215, use_bias=False))  # 7,850 + 42,150 = 50,000
    with pytest.raises(CheckFailed, match="10 numbers come out"), exercise("model") as check:
        require_rules(check, fits)
    assert fits.count_params() == BUDGET

    with exercise("model") as check:
        assert require_rules(check, network(62)) == 785 * 62 + 63 * 10
    with (
        pytest.raises(CheckFailed, match="50,095 parameters, 95 more than the 50,000"),
        exercise("model") as check,
    ):
        require_rules(check, network(63))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("a string", "a Keras model was expected"),
        (network(4, shape=(28, 28, 3)), r"yours has \(28, 28, 3\)"),
        (network(4, classes=11), r"and \(11,\)"),
        (keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)]), "no weights yet"),
    ],
    ids=["no model", "three channels", "eleven classes", "not built"],
)
def test_what_is_no_network_for_the_images_is_told_so(model, words):
    with pytest.raises(CheckFailed, match=words), exercise("model") as check:
        require_rules(check, model)


def test_right_answers_are_those_that_keras_counts():
    (images, labels), _ = generate(hiding_amounts(520, 10))
    model = network(5)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    _, expected = model.evaluate(images[..., None] / 255.0, labels, verbose=0)

    right = right_answers(model, images, labels)

    assert right.shape == (520,)  # three batches, the last of them short
    assert np.mean(right) == pytest.approx(expected)


def hiding_amounts(train, test):
    from course.data.idx import Amounts

    return Amounts(train, test)


# Hidden images


@pytest.fixture
def few_images(monkeypatch):
    data = generate(hiding_amounts(400, 300))
    monkeypatch.setattr(hiding, "load_data", lambda: data)
    monkeypatch.setattr(hiding, "TRAINING_IMAGES", 300)
    return data


def test_hidden_images_are_a_balanced_half_that_notebooks_never_see(few_images, tmp_path):
    data = tmp_path / "data"
    hiding.lay_out(data, b"secret")
    hidden, labels = hiding.read_hidden(hiding.hidden_file(data))

    seen = {image.tobytes() for image in np.load(data / "test_images.npy")}
    assert len(seen) == len(hidden) == 150
    assert not seen & {image.tobytes() for image in hidden}
    assert np.bincount(labels).tolist() == [15] * 10
    assert len(np.load(data / "train_images.npy")) == 300
    assert not list(data.rglob("hidden*"))


def test_the_secret_decides_which_and_every_run_hides_the_same(few_images, tmp_path):
    drawn = []
    for number, secret in enumerate([b"one", b"one", b"two"]):
        data = tmp_path / str(number) / "data"
        hiding.lay_out(data, secret)
        drawn.append(hiding.read_hidden(hiding.hidden_file(data))[0])

    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


# Scores


def test_a_score_comes_back_as_it_was_measured(tmp_path, capsys):
    (images, labels), _ = generate(hiding_amounts(30, 10))
    np.savez(tmp_path / "hidden.npz", images=images, labels=labels)
    model = network(3)
    score(model, str(tmp_path / "hidden.npz"))
    printed = capsys.readouterr().out

    found = read_score(graded("✓ model: right.\n" + printed))

    assert found is not None and found["parameters"] == 785 * 3 + 4 * 10
    assert np.array_equal(unpack(found), right_answers(model, images, labels))


def graded(text, *, is_test=True):
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}]
    mark = {"grade": is_test, "solution": not is_test, "grade_id": "test_model"}
    metadata = {"nbgrader": mark, "convpool": {"origin": "source"}}
    return {"cells": [{"metadata": metadata, "outputs": outputs}]}


def test_only_a_test_cell_has_a_score():
    line = SCORED + json.dumps({"parameters": 1, "tested": 8, "right": "ff"})
    own = graded(line)
    own["cells"][0]["metadata"]["convpool"]["origin"] = "own"

    assert read_score(graded(line)) is not None
    assert read_score(own) is None
    assert read_score(graded(line, is_test=False)) is None
    assert read_score({}) is None


# Ranks


def entry(student, right, parameters=1000):
    return RankedNetwork(student, np.asarray(right, bool), parameters)


def result(student, right=None, **other):
    if right is None:
        return SubmissionResult(student, "improve", "", "bubblewrap", **other)
    line = {
        "parameters": other.pop("parameters", 1000),
        "tested": len(right),
        "right": np.packbits(right).tobytes().hex(),
    }
    notebook = graded(SCORED + json.dumps(line))
    return SubmissionResult(student, "improve", "", "bubblewrap", notebook=notebook, **other)


@pytest.mark.parametrize(
    ("b", "c", "expected"),
    [(0, 0, True), (3, 0, True), (5, 0, False), (60, 40, False), (59, 41, True), (40, 60, False)],
)
def test_a_tie_is_a_difference_within_two_standard_errors(b, c, expected):
    # By hand: |b - c| against 2 √(b + c): 3 < 3.46, 5 > 4.47, 20 = 20, 18 < 20.
    one = [True] * b + [False] * c + [True] * 50
    other = [False] * b + [True] * c + [True] * 50

    assert tied(entry("a", one), entry("b", other)) is expected


def test_ranks_are_shared_by_ties_and_skip_as_many():
    best = np.arange(1000) < 900
    close = np.arange(1000) < 897  # three fewer of the same: 3 < 2 √3
    clear = np.arange(1000) < 880
    table = ranked([result("c", clear), result("b", close), result("a", best)])

    assert [(one.student, one.rank) for one in table] == [("a", 1), ("b", 1), ("c", 3)]


def test_of_equally_accurate_networks_the_smaller_comes_first():
    right = np.arange(100) < 90
    table = ranked([result("a", right, parameters=900), result("b", right, parameters=800)])

    assert [one.student for one in table] == ["b", "a"]
    assert [one.rank for one in table] == [1, 1]


def test_who_was_not_scored_comes_last_with_the_reason():
    over = [Verdict("model", 0.0, 0.0, "incorrect", "`model`: it has 60,000\nparameters")]
    table = ranked(
        [
            result("z", rejected="The notebook is not JSON."),
            result("y", gaps=over),
            result("x", np.ones(8, bool)),
        ]
    )

    assert [(one.student, one.rank) for one in table] == [("x", 1), ("y", 0), ("z", 0)]
    assert table[1].reason == "`model`: it has 60,000 parameters"
    assert table[2].reason == "The notebook is not JSON."


@pytest.mark.parametrize(
    ("outputs", "flags", "reason"),
    [
        (
            [{"output_type": "error", "ename": "NameError", "evalue": "no `x`"}],
            [],
            "NameError: no `x`",
        ),
        ([], [Flag("cell-timeout", "cell own-1")], "A cell was stopped (timeout)."),
        ([{"output_type": "stream", "text": "fine"}], [Flag("output-cut", "cell own-1")], ""),
    ],
    ids=["raises", "stopped", "prints much"],
)
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_notebook_of_which_a_cell_raises_is_not_ranked(first, outputs, flags, reason):
    made = result("ada", np.ones(8, bool), flags=flags)
    own = {"cell_type": "code", "metadata": {"convpool": {"origin": "own"}}, "outputs": outputs}
    made.notebook["cells"].insert(0 if first else 1, own)

    (entry,) = ranked([made])

    assert (entry.rank, entry.right is None) == ((0, True) if reason else (1, False))
    assert reason in entry.reason


def test_with_pseudonyms_no_file_has_a_name_and_the_order_tells_nothing(tmp_path):
    students = ["ada", "ben", "chi", "dia"]
    known = ranked([result(one, rejected=f"It is /home/{one}/x.") for one in students])
    pseudonyms = Pseudonyms(b"secret", {one: f"{one.title()} Lovelace" for one in students})

    hidden = without_names(known, pseudonyms)

    assert [one.student for one in hidden] == sorted(map(pseudonyms.name, students))
    for path in write_leaderboard(tmp_path, hidden):
        assert not re.search(r"\b(ada|ben|chi|dia)\b|Lovelace", path.read_text())
        assert all(pseudonyms.name(one) in path.read_text() for one in students)


def test_the_command_writes_pseudonyms_unless_names_are_asked_for(tmp_path, monkeypatch):
    summary = SimpleNamespace(
        iter_results=lambda: iter([result("ada", np.ones(8, bool))]), failures=[], unreadable={}
    )
    monkeypatch.setattr(show_pages, "run_board", lambda *_: summary)
    folder = ClassFolder(tmp_path)
    for names in (False, True):
        console = Console(file=io.StringIO(), width=200)
        run_improve(folder, GradeOptions(), console, names=names)
        assert "ada" in console.file.getvalue()  # the instructor sees whose it is
        for path in (tmp_path / "improve").iterdir():
            assert ("ada" in path.read_text()) is names


def test_no_page_shows_raw_markdown():
    table = ranked([result("ada", rejected="`model`: it has **no** layers.")])
    assert "<code>model</code>: it has" in as_html(table)
    assert "`" not in as_html(table) + as_markdown(table)


def test_the_standard_error_is_that_of_a_share():
    rng = np.random.default_rng(0)
    drawn = rng.binomial(400, 0.9, 20_000) / 400

    assert standard_error(0.9, 400) == pytest.approx(np.std(drawn), rel=0.02)


# Tables

NASTY = "=1+1|<script>alert(1)</script>"


@pytest.fixture
def entries():
    return ranked(
        [result("ada", np.arange(400) < 360), result(NASTY, np.arange(400) < 300), result("zoe")]
    )


def test_the_csv_has_a_row_for_each_and_runs_no_formula(entries):
    rows = list(csv.DictReader(io.StringIO(as_csv(entries))))

    assert [row["rank"] for row in rows] == ["1", "2", ""]
    assert (rows[0]["accuracy"], rows[0]["standard_error"]) == ("0.9000", "0.0150")
    assert rows[0]["hidden_images"] == "400"
    assert rows[1]["student"] == "'" + NASTY
    assert rows[2]["reason"] == "It was not scored."


def test_a_name_is_text_in_markdown_and_html(entries):
    assert "<script>" not in as_html(entries)
    assert "<script>" not in as_markdown(entries)
    assert "&lt;script&gt;" in as_html(entries)
    row = next(line for line in as_markdown(entries).splitlines() if "1+1" in line)
    assert row.replace("\\|", "").count("|") == 5


def test_the_table_says_what_its_figures_are_worth(entries):
    for text in (as_markdown(entries), as_html(entries)):
        assert "90.0% ± 1.5" in text
        assert "400 images that no notebook has seen" in text
        assert "another random start" in text


def test_all_three_files_are_written_again_and_again(entries, tmp_path):
    for _ in range(2):
        paths = write_leaderboard(tmp_path, entries)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in paths)


def test_without_a_submission_the_next_step_is_named(tmp_path):
    with pytest.raises(GradingError, match="Nobody has handed in improve"):
        boards.run_board(ClassFolder(tmp_path), GradeOptions())


def test_learners_get_no_trace_of_the_judging():
    released = nbformat.read(notebooks()["improve/improve.ipynb"], as_version=4)
    assert "autograder" not in nbformat.writes(released)
    assert "autograder.pages.leaderboard.scoring_notebook" in nbformat.writes(scoring_source("x"))


def test_it_is_collected_with_the_exercises_and_nobody_misses_it(course, tmp_path):
    folder, console = ClassFolder(tmp_path / "class"), Console(file=io.StringIO(), width=200)
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.write(notebooks()["improve/improve.ipynb"], "improve/improve.ipynb")
        archive.write(course.release("reshape"), "reshape/reshape.ipynb")
    with zipfile.ZipFile(tmp_path / "ben.zip", "w") as archive:
        archive.write(course.release("reshape"), "reshape/reshape.ipynb")

    roster = tmp_path / "class.csv"
    roster.write_text("name,login\nAda,ada\nBen,ben\n")
    archives = [tmp_path / "ada.zip", tmp_path / "ben.zip"]
    run_collect(course, folder, archives, CollectOptions(rosters=(roster,)), console)

    assert (folder.submitted / "ada" / "improve" / "improve.ipynb").is_file()
    assert (folder.submitted / "ada" / "reshape" / "reshape.ipynb").is_file()
    assert "missing" not in console.file.getvalue()


# The whole way, in the sandbox

MODEL = """
# %% gap="model"
model = tf.keras.Sequential([
    tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(),
    tf.keras.layers.Dense({units}), tf.keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
fit(model, train_pixels, train_labels, epochs={epochs}, verbose=0)
{more}
"""
FORGED = """
import glob, json
try:
    from course.lessons import improve_rules as improving
    improving.BUDGET = 10**9
    improving.right_answers = lambda model, images, labels: labels == labels
except ImportError:
    print("RULES OUT OF REACH")
print("improve: " + json.dumps({"parameters": 1, "tested": 8, "right": "ff"}))
found = [open(name, "rb").read(9) for name in glob.glob("/tmp/convpool-given-*/*", recursive=True)]
print("FOUND", found, len(test_images))
"""
SUBMISSIONS = {
    "ada": MODEL.format(units=30, epochs=30, more=""),
    "ben": MODEL.format(units=100, epochs=1, more=""),
    "eve": MODEL.format(units=30, epochs=0, more=FORGED),
    "fay": '# %% gap="model"\nmodel = [1, 2\n',
    "gil": MODEL.format(units=4, epochs=1, more="model.call = lambda x: x\nmodel = model.predict"),
}


@pytest.fixture(scope="module")
def played(sandbox, tmp_path_factory):
    """A class in which every way to fail is somebody's, run once."""
    folder = ClassFolder(tmp_path_factory.mktemp("class"))
    release = nbformat.read(notebooks()["improve/improve.ipynb"], as_version=4)
    given = {name: parse_answers(text) for name, text in SUBMISSIONS.items()} | {"hal": Answers()}
    for student, answers in given.items():
        path = folder.submitted / student / "improve" / "improve.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(fill(release, answers), path)
    (folder.submitted / "hal" / "improve" / "improve.ipynb").write_text("{")
    with pytest.MonkeyPatch.context() as patch:
        data = generate(hiding_amounts(400, 300))
        patch.setattr(hiding, "load_data", lambda: data)
        results = []
        for _ in range(2):
            summary = boards.run_board(folder, GradeOptions(limits=boards.LIMITS))
            assert summary.failures == []
            results.append(list(summary.iter_results()))
    return folder, *results


@pytest.mark.slow
def test_every_network_is_ranked_or_has_a_reason(played):
    table = {entry.student: entry for entry in ranked(played[1])}

    assert table["ada"].rank == 1 and table["ada"].accuracy > 0.5
    assert len(table["ada"].right) == 150
    assert table["ada"].parameters == 785 * 30 + 31 * 10
    assert "79,510 parameters" in table["ben"].reason
    assert "SyntaxError" in table["fay"].reason
    assert "model" in table["gil"].reason and table["gil"].right is None
    assert table["hal"].rank == 0 and table["hal"].reason


@pytest.mark.slow
def test_what_a_notebook_forges_moves_no_score(played):
    _, results, _ = played
    eve = next(one for one in results if one.student == "eve")
    table = {entry.student: entry for entry in ranked(results)}
    printed = json.dumps(eve.notebook)

    assert table["eve"].rank > 1 and table["eve"].accuracy < 0.4  # untrained
    assert len(table["eve"].right) == 150
    assert "RULES OUT OF REACH" in printed
    assert "FOUND [] 150" in printed


@pytest.mark.slow
def test_a_second_run_runs_nothing_that_did_not_change(played):
    folder, results, again = played
    times = {one.student: one.seconds for one in results}

    assert {one.student: one.seconds for one in again if one.seconds} == {
        name: seconds for name, seconds in times.items() if seconds
    }
    assert not (folder.root / "results").exists()  # the marks' results stay apart
    assert not (folder.root / "gradebook.db").exists()
