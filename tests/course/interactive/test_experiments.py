"""The table of experiments fills itself with what was measured, and stays across restarts."""

import re

import nbformat
import numpy as np
import pytest

from course.quiet import quiet

with quiet():
    import keras

from nbclient import NotebookClient

from course.errors import CourseError
from course.interactive.experiments import Experiments, Row, results_table
from course.learner.lab import notebooks


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "standin")
    monkeypatch.setattr("course.interactive.experiments.load_data", few_images)
    return tmp_path


def few_images():
    images = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype="uint8")
    labels = np.resize(np.arange(10, dtype="uint8"), 60)
    return (images[:40], labels[:40]), (images[40:], labels[40:])


def lines(table):
    """The rows of the table as a terminal shows them, without caption, header and note."""
    return table.text.splitlines()[2:-1]


def cells(line):
    return tuple(re.split(" {2,}", line))


def tiny(units=10):
    layers = [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(units)]
    model = keras.Sequential(layers)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_row_says_what_the_network_is_and_does():
    trained = []

    def build():
        trained.append(tiny())
        return trained[-1]

    table = Experiments(epochs=2).run("dense only", build)

    line = cells(*lines(table))
    (model,) = trained
    _, labels = few_images()[1]
    guesses = model.predict(few_images()[1][0][..., None] / 255.0, verbose=0).argmax(axis=1)
    share = np.mean(guesses == labels)
    error = 100 * np.sqrt(share * (1 - share) / 20)
    assert line[:3] == ("dense only", "7,850", "2")  # (784 + 1) · 10
    assert float(line[3]) >= 0
    assert line[4] == f"{share:.1%}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{error:.1f}"


def test_the_table_names_what_is_still_to_be_done():
    experiments = Experiments(planned=["one", "two"], epochs=1)
    table = experiments.run("two", tiny)

    assert [cells(line)[0] for line in lines(table)] == ["two", "one"]
    assert cells(lines(table)[1]) == ("one", "not run yet")
    assert "not run yet" in table.html


def test_after_a_restart_the_rows_are_there_and_nothing_is_trained_again(capsys):
    first = Experiments(epochs=1).run("one", tiny)
    capsys.readouterr()
    again = Experiments(epochs=1)

    assert again.table() == first
    assert again.run("one", tiny) == first
    assert "measured already" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change", [{"build": lambda: tiny(12)}, {"epochs": 2}, {"again": True}, {"callbacks": [1]}]
)
def test_another_experiment_of_the_same_name_takes_its_place(change, capsys):
    experiments = Experiments(epochs=1)
    experiments.run("one", tiny)
    capsys.readouterr()
    if "callbacks" in change:
        change = {"callbacks": [keras.callbacks.EarlyStopping("loss", patience=3)]}

    table = experiments.run("one", **{"build": tiny, **change})

    assert len(lines(table)) == 1
    assert "measured already" not in capsys.readouterr().out


def test_a_stopped_training_makes_no_row(monkeypatch, capsys):
    stopped = type("History", (), {"stopped": True})
    monkeypatch.setattr("course.interactive.experiments.fit", lambda *given, **options: stopped)

    table = Experiments(epochs=1).run("one", tiny)

    assert lines(table) == []
    assert "makes no row" in capsys.readouterr().out


def test_a_training_shows_no_progress_where_it_would_give_an_answer_away(capsys):
    experiments = Experiments(epochs=2)
    experiments.train("shown", tiny, validate=True)
    assert "val_loss" in capsys.readouterr().out

    experiments.train("not shown", tiny, validate=True, verbose=0)

    assert capsys.readouterr().out == ""
    assert len(experiments.row("not shown").curves["val_loss"]) == 2


def test_rows_of_other_images_are_not_mixed_in():
    Experiments(epochs=1).run("one", tiny)

    assert lines(Experiments(epochs=1, images=20).table()) == []


def test_forgotten_rows_are_gone_after_a_restart_too():
    experiments = Experiments(epochs=1)
    experiments.run("one", tiny)
    experiments.forget()

    assert lines(experiments.table()) == lines(Experiments(epochs=1).table()) == []


def test_a_damaged_file_is_an_empty_table(folders):
    Experiments(epochs=1).run("one", tiny)
    (file,) = folders.glob("experiments-*.json")
    file.write_text('[{"name": "one"}]')

    assert lines(Experiments(epochs=1).table()) == []


def test_a_name_is_shown_as_text_and_never_as_html():
    row = Row("<b>bold</b>", "0", 1, 1, 1.0, 0.5, 100)

    page = results_table([row], ["<i>planned</i>"], "5 > 4").html

    assert "<b>" not in page and "<i>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "5 &gt; 4" in page


def test_a_row_is_found_by_its_name_once_it_is_trained():
    experiments = Experiments(epochs=1)
    with pytest.raises(CourseError, match="one has no result yet"):
        experiments.row("one")

    assert experiments.train("one", tiny) is None

    assert experiments.row("one").parameters == 7_850


def test_a_function_that_builds_nothing_is_told_so():
    with pytest.raises(CourseError, match="no compiled model"):
        Experiments(epochs=1).run("one", lambda: None)


@pytest.mark.slow
def test_the_notebook_asks_eight_questions_and_fills_its_table(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")  # the few images of grading
    notebook = nbformat.read(notebooks()["further.ipynb"], as_version=4)

    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []
    for name in ("stop at 90 %", "20 epochs"):
        [cell] = [c for c in notebook.cells if f'questions.train("{name}"' in c.source]
        assert not re.search("epoch [0-9]|val_loss", str(cell.outputs), re.IGNORECASE), name
    last = [o.data["text/plain"] for o in outputs if "text/plain" in o.get("data", {})][-1]
    assert "not run yet" not in last
    first, dense_2 = 64 * (9 + 1), 10 * (128 + 1)
    later = 64 * (9 * 64 + 1)
    counted = {
        "three convolutions": first + 2 * later + 128 * (1 * 1 * 64 + 1) + dense_2,
        "one convolution": first + 128 * (13 * 13 * 64 + 1) + dense_2,
        "no pooling": first + later + 128 * (24 * 24 * 64 + 1) + dense_2,
    }
    for name, number in counted.items():
        assert re.search(rf"^{name} +{number:,} ", last, re.M), last
