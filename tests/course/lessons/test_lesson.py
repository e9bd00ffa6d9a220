"""The lesson says everything it was asked to say, and runs from top to bottom without noise."""

import ast
import os
import re
from pathlib import Path

import jupytext
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from support.places import ROOT

from course.data import write_subset

LESSON = ROOT / "course" / "lessons" / "lesson.py"

LINKS = [
    "https://youtu.be/PCgLmzkRM38",
    "https://youtu.be/7g8jpK4llkc",
    "https://youtu.be/8oOgPUO-TBY",
    "https://youtu.be/PjtqcNr4T-Q",
    "https://www.quora.com/Whats-the-difference-between-convolution-filter-with-large-stride-and-"
    "max-pooling-layer-as-both-down-sample-the-input-layer-when-to-use-each",
]

# What a reader has to meet, spelled as the text spells it.
STATEMENTS = [
    "784 raw pixels",
    "extracts features",
    "downsamples",
    "cross-correlation",
    'padding="valid"',
    "stride",
    "feature map",
    "channel axis",
    "a single tensor that contains everything",
    "one 4D tensor",
    "(images, 28, 28, 1)",
    "input_shape=(28, 28, 1)",
    "find the difference between this code and the previous code?",
    "0.336",
    "87.79 %",
    "will differ a little",
    "26×26×64 → 13×13×64 → 11×11×64 → 5×5×64 → 1600 → 128 → 10",
    "640 + 36,928 + 204,928 + 1,290",
    "243,786",
]

# The options of the three questions: as sentences of the text they would give the answers away.
QUIZ_OPTIONS = [
    "technique to filter out unwanted images",
    "technique to isolate features in images",
    "technique to reduce the information in an image while maintaining features",
    "depends on many factors",
    "less efficient than a plain DNN",
]


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    return jupytext.reads(LESSON.read_text(encoding="utf-8"), fmt="py:percent")


@pytest.fixture(scope="module")
def prose(notebook: NotebookNode) -> str:
    """All markdown with its line breaks taken out, so that a sentence is found as one string."""
    return " ".join(" ".join(c.source for c in notebook.cells if c.cell_type == "markdown").split())


@pytest.fixture(scope="module")
def code(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_every_code_cell_compiles(code: list[str]) -> None:
    assert len(code) >= 20
    for source in code:
        compile(source, str(LESSON), "exec")


def test_script_is_what_jupytext_would_write(notebook: NotebookNode) -> None:
    written = jupytext.writes(notebook, fmt="py:percent")
    without_header = re.sub(r"\A# ---\n.*?# ---\n\n?", "", written, flags=re.DOTALL)
    assert without_header.strip() == LESSON.read_text(encoding="utf-8").strip()


def test_no_cell_is_a_wall(notebook: NotebookNode) -> None:
    cards = (notebook.cells[0], notebook.cells[-1])
    longest = max(len(c.source.splitlines()) for c in notebook.cells if c not in cards)
    assert longest <= 26


@pytest.mark.parametrize("link", LINKS)
def test_link_stands_where_its_topic_is_and_in_the_closing_card(
    notebook: NotebookNode, link: str
) -> None:
    having = [i for i, cell in enumerate(notebook.cells) if link in cell.source]
    assert len(having) >= 2
    assert having[-1] == len(notebook.cells) - 1


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement_is_made(prose: str, statement: str) -> None:
    assert statement in prose


def test_opening_card_names_objectives_prerequisites_and_minutes(notebook: NotebookNode) -> None:
    opening = notebook.cells[0].source
    for heading in ("**After this lesson you can**", "**You need**", "**Minutes**"):
        assert heading in opening


def test_closing_card_names_mistakes_and_every_exercise(notebook: NotebookNode) -> None:
    closing = notebook.cells[-1].source
    for part in ("What you have seen", "**Common mistakes**", "**What comes next**"):
        assert part in closing
    for exercise in ("`reshape`", "`convolution`", "`pooling`", "`cnn`", "`quiz`"):
        assert exercise in closing


def test_number_of_images_is_never_hard_coded(code: list[str]) -> None:
    constants = {
        node.value
        for source in code
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, int)
    }
    assert not constants & {60000, 10000}
    assert "60000" not in LESSON.read_text(encoding="utf-8")


def test_text_does_not_answer_the_quiz(prose: str) -> None:
    assert not re.search(r"\[[x ]\]", prose, flags=re.IGNORECASE)
    for option in QUIZ_OPTIONS:
        assert option.lower() not in prose.lower()


def test_quiz_has_a_cell_of_its_own(code: list[str]) -> None:
    assert code[-1].strip() == 'show_quiz("lesson")'


def test_log_level_is_set_before_tensorflow_is_imported(code: list[str]) -> None:
    first = code[0]
    assert first.index("TF_CPP_MIN_LOG_LEVEL") < first.index("import tensorflow")


def test_every_prediction_is_compared_in_a_later_cell(code: list[str]) -> None:
    cells = {
        name: place
        for place, source in enumerate(code)
        for name in re.findall(r"^(\w+) = predict\(", source, flags=re.MULTILINE)
    }
    assert len(cells) >= 15
    for name, place in cells.items():
        later = [i for i, source in enumerate(code) if f"{name}.compare(" in source]
        assert later == [place + 1], name


def test_every_prediction_is_left_to_the_learner(code: list[str]) -> None:
    cells = [source for source in code if " = predict(" in source]
    assert len(cells) >= 15
    for source in cells:
        assert source.count("    None,  # ←") == 1, source


def test_lesson_does_not_show_an_answer_of_an_exercise(code: list[str]) -> None:
    kernels = 0
    for source in code:
        # What the exercises' own solutions are made of.
        assert "sliding_window_view" not in source
        assert "correlate2d" not in source
        for array in _kernels(source):
            kernels += 1
            sums = np.abs(array.sum(axis=1)).max() == 0, np.abs(array.sum(axis=0)).max() == 0
            assert sums != (True, False), f"a kernel for vertical edges: {array}"
    assert kernels


def _kernels(source: str) -> list[np.ndarray]:
    """The 3×3 arrays of numbers that are written out in a cell."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List):
            try:
                array = np.asarray(ast.literal_eval(node))
            except ValueError:
                continue
            found += [array] if array.shape == (3, 3) and array.dtype.kind in "if" else []
    return found


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The lesson after a run on the small subset that grading uses."""
    lesson = jupytext.reads(LESSON.read_text(encoding="utf-8"), fmt="py:percent")
    folder = tmp_path_factory.mktemp("lesson")
    client = NotebookClient(
        lesson,
        kernel_name="python3",
        timeout=300,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with pytest.MonkeyPatch.context() as environment:
        # Few images, as a folder: pictures are drawn as for a learner, not as while grading.
        environment.setenv("CONVPOOL_SUBSET_DIR", str(_few_images(folder)))
        environment.setenv("COURSE_CACHE_DIR", str(folder))
        # ipykernel stops watching file descriptor 2 when it sees this name, and with it goes
        # the noise that TensorFlow's own libraries would make in front of a learner.
        environment.delenv("PYTEST_CURRENT_TEST", raising=False)
        client.execute()
    return lesson


def _few_images(folder: Path) -> Path:
    """Write the small subset that grading uses."""
    with pytest.MonkeyPatch.context() as environment:
        if not os.environ.get("FASHION_MNIST_DIR"):
            environment.setenv("COURSE_DATA", "standin")
        write_subset(folder / "images")
    return folder / "images"


def _outputs(lesson: NotebookNode) -> list[NotebookNode]:
    return [output for cell in lesson.cells for output in cell.get("outputs", [])]


def test_lesson_runs_without_errors_or_noise(executed: NotebookNode) -> None:
    errors = [o.evalue for o in _outputs(executed) if o.output_type == "error"]
    noise = [o.text for o in _outputs(executed) if o.get("name") == "stderr"]
    assert errors == []
    assert noise == []


def test_lesson_shows_what_its_text_claims(executed: NotebookNode) -> None:
    printed = "".join(o.text for o in _outputs(executed) if o.get("name") == "stdout")
    assert "TensorFlow:\n [[27 27 27]\n [27 27 27]\n [ 0  0  0]]" in printed
    assert "TensorFlow, upper left:       27" in printed
    assert "by hand, kernel as it stands: 27" in printed
    assert "by hand, kernel turned:       -27" in printed
    assert "expected min_ndim=4, found ndim=3" in printed
    assert "total, Keras               = 243,786" in printed
    for shape in ("26×26×64", "13×13×64", "11×11×64", "5×5×64", "1600"):
        assert shape in printed


def _html(lesson: NotebookNode) -> list[str]:
    return [o.data["text/html"] for o in _outputs(lesson) if "text/html" in o.get("data", {})]


def _words(lesson: NotebookNode) -> str:
    """All that is shown as text."""
    return "\n".join(o.data["text/plain"] for o in _outputs(lesson) if "data" in o)


def test_every_figure_has_alternative_text_and_none_goes_without(executed: NotebookNode) -> None:
    drawn = [html for html in _html(executed) if "<img" in html]
    assert len(drawn) >= 17
    for html in drawn:
        assert re.search(r'<img class="still" alt="[^"]{10,}', html)
        assert re.search(r"<figcaption[^>]*>[^<]{20,}", html)
    bare = [
        o for o in _outputs(executed) if {"image/png", "image/svg+xml"} & set(o.get("data", {}))
    ]
    assert bare == []


def test_every_prediction_shows_the_result_beside_it(executed: NotebookNode) -> None:
    compared = [c for c in executed.cells if c.cell_type == "code" and ".compare(" in c.source]
    assert len(compared) >= 15
    for cell in compared:
        assert any("you predicted" in o.data["text/plain"] for o in cell.outputs if "data" in o)


def test_the_two_models_stand_side_by_side(executed: NotebookNode) -> None:
    words = _words(executed)
    assert "dense and CNN: 3 same, 1 changed, 4 added" in words
    assert "one image: (28, 28, 1)" in words


def test_the_shapes_table_starts_with_one_row(executed: NotebookNode) -> None:
    assert "2 of 15 cells are right." in _words(executed)
