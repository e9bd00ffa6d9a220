"""The reference run: every cell is executed and counted, a model's figures come from the kernel."""

from pathlib import Path

import nbformat
import pytest

from autograder.build import reference_run
from autograder.build.reference_run import Figures, run_solutions
from autograder.folders import CourseFolder
from course.errors import GradingError

MODEL = """\
from types import SimpleNamespace
model, accuracy = SimpleNamespace(count_params=lambda: 12), 0.75
def train(seconds):
    import time
    time.sleep(seconds)
"""
DENSE = Figures(3, 1.0, 0.5)


def course_of(root: Path, name: str, *sources: str) -> CourseFolder:
    """A course folder whose one assignment has a source notebook with these cells."""
    course = CourseFolder(root)
    course.source(name).parent.mkdir(parents=True)
    course.script(name).touch()
    cells = [nbformat.v4.new_code_cell(text) for text in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), course.source(name))
    return course


def test_a_models_figures_are_measured_and_every_cell_is_counted(tmp_path, monkeypatch):
    course = course_of(tmp_path, "cnn", MODEL, "history = train(0.3)")
    monkeypatch.setattr(reference_run, "_train_dense_apart", lambda environment: DENSE)
    calls = []

    figures = run_solutions(course, [], quick=True, progress=lambda *call: calls.append(call))

    assert list(figures) == ["dense", "CNN"]
    assert (figures["CNN"].parameters, figures["CNN"].accuracy) == (12, 0.75)
    assert 0.3 <= figures["CNN"].seconds < 5
    assert calls[:3] == [("cnn", 0, 2), ("cnn", 1, 2), ("cnn", 2, 2)]
    assert calls[-1][1:] == (1, 1)


def test_a_solution_that_fails_is_named_with_its_error(tmp_path):
    course = course_of(tmp_path, "small", "1 / 0")

    with pytest.raises(GradingError, match=r"(?s)reference solution failed.*ZeroDivisionError"):
        run_solutions(course, [], quick=True, progress=lambda *call: None)
