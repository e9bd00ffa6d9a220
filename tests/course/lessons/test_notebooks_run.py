"""Every notebook runs from top to bottom, without an error or a byte on standard error."""

import importlib.util

import pytest
from support.places import TESTS

SCRIPT = TESTS / "benchmarks" / "notebooks.py"
spec = importlib.util.spec_from_file_location("notebooks_benchmark", SCRIPT)
assert spec is not None and spec.loader is not None
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)

NAMES = list(benchmark.all_notebooks())


def test_all_notebooks_of_the_course_are_measured():
    assert NAMES[:2] == ["lesson", "reshape"]
    assert set(NAMES) == {
        *("lesson", "practice", "further", "improve"),
        *("reshape", "convolution", "pooling", "cnn", "quiz"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_top_to_bottom_on_the_few_images_of_grading(name):
    few = {"COURSE_DATA": "standin", "NBGRADER_EXECUTION": "validate"}

    found = benchmark.run(benchmark.all_notebooks()[name], few)

    assert found.error == ""
    assert found.peak_bytes > 30 << 20


def test_a_notebook_that_fails_is_told_with_its_cell(tmp_path):
    import nbformat

    path = tmp_path / "broken.ipynb"
    cells = [nbformat.v4.new_code_cell("first = 1"), nbformat.v4.new_code_cell("second = firs")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)

    assert benchmark.run(path, {}).error.startswith("second = firs: NameError")
