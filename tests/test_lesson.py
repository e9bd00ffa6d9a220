"""The lesson says everything it was asked to say, and runs from top to bottom without noise."""

import ast
import base64
import re
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

LESSON = Path(__file__).parents[1] / "course" / "lesson.py"

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


def test_every_figure_is_followed_by_its_words(notebook: NotebookNode) -> None:
    figures = [i for i, cell in enumerate(notebook.cells) if "plt.show()" in cell.source]
    assert len(figures) >= 5
    for i in figures:
        assert notebook.cells[i + 1].source.startswith("*The figure in words:")


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
        environment.setenv("NBGRADER_EXECUTION", "validate")
        # ipykernel stops watching file descriptor 2 when it sees this name, and with it goes
        # the noise that TensorFlow's own libraries would make in front of a learner.
        environment.delenv("PYTEST_CURRENT_TEST", raising=False)
        client.execute()
    return lesson


def _outputs(lesson: NotebookNode) -> list[NotebookNode]:
    return [output for cell in lesson.cells for output in cell.get("outputs", [])]


def test_lesson_runs_without_errors_or_noise(executed: NotebookNode) -> None:
    errors = [o.evalue for o in _outputs(executed) if o.output_type == "error"]
    noise = [o.text for o in _outputs(executed) if o.get("name") == "stderr"]
    assert errors == []
    assert noise == []


def test_lesson_shows_what_its_text_claims(executed: NotebookNode) -> None:
    printed = "".join(o.text for o in _outputs(executed) if o.get("name") == "stdout")
    edge_answers = "[[27 27  0]\n [27 27  0]\n [27 27  0]]"
    assert printed.count(edge_answers) == 3  # By hand, by TensorFlow, and by hand beside it.
    assert printed.count(edge_answers.replace("27", "-27").replace("  0", "   0")) == 1
    assert "expected min_ndim=4, found ndim=3" in printed
    assert "total, Keras               = 243,786" in printed
    for shape in ("26×26×64", "13×13×64", "11×11×64", "5×5×64", "1600"):
        assert shape in printed


def test_lesson_draws_every_figure(executed: NotebookNode) -> None:
    cells = [cell for cell in executed.cells if "plt.show()" in cell.source]
    for cell in cells:
        images = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
        assert len(images) == 1
        assert base64.b64decode(images[0]).startswith(b"\x89PNG")
