"""The lesson says everything it was asked to say, and runs from top to bottom without noise."""

import ast
import os
import re

import jupytext
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from support.places import ROOT
from support.small_images import write_few_images

from course import load_data, plots
from course.plots.operations.borders import border_windows
from course.plots.operations.kernels import convolved

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
    """All text without line breaks, so that a sentence is found as one string."""
    text = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    text += [
        node.args[0].value
        for cell in notebook.cells
        if cell.cell_type == "code" and ".explain(" in cell.source
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "explain"
    ]
    return " ".join(" ".join(text).split())


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


def test_a_second_run_in_one_kernel_warns_of_nothing(code: list[str]) -> None:
    models = """
import numpy as np
for _ in range(8):
    network = tf.keras.Sequential([tf.keras.layers.Input((4,)), tf.keras.layers.Dense(2)])
    network.predict(np.zeros((3, 4)), verbose=0)
    network.predict(np.zeros((70, 4)), verbose=0)
"""
    run = new_notebook(cells=[new_code_cell(code[0]), new_code_cell(models)])
    NotebookClient(run, timeout=120).execute()
    assert run.cells[1].outputs == []


def test_every_prediction_is_revealed_in_one_later_cell(code: list[str]) -> None:
    cells = _predictions(code)
    assert len(cells) >= 15
    for name, place in cells.items():
        revealing = [i for i, source in enumerate(code) if f"with {name}.reveal():" in source]
        assert len(revealing) == 1, name
        assert revealing[0] > place, name
        assert code[revealing[0]].startswith(f"with {name}.reveal():\n"), name
        assert f"    {name}.compare(" in code[revealing[0]], name


def _predictions(code: list[str]) -> dict[str, int]:
    """The code cell of each prediction, by its name."""
    return {
        name: place
        for place, source in enumerate(code)
        for name in re.findall(r"^(\w+) = predict\(", source, flags=re.MULTILINE)
    }


def test_every_prediction_is_left_to_the_learner(code: list[str]) -> None:
    cells = [source for source in code if " = predict(" in source]
    assert len(cells) >= 15
    for source in cells:
        assert len(re.findall("    None,  # ← .* in the box below or here", source)) == 1, source


def test_every_marked_answer_is_computed() -> None:
    scripts = [LESSON, *(ROOT / "solutions").glob("*.py")]
    compared = [
        (script.name, node)
        for script in scripts
        for cell in jupytext.reads(script.read_text(encoding="utf-8"), fmt="py:percent").cells
        if cell.cell_type == "code" and ".compare(" in cell.source
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "compare"
    ]
    assert len(compared) >= 23
    for script, call in compared:
        assert not isinstance(call.args[0], ast.Constant), f"{script}: {ast.unparse(call)}"


@pytest.mark.parametrize("source", ["real", "standin"])
def test_the_answers_on_the_t_shirt_lie_where_the_marked_choice_says(source, monkeypatch) -> None:
    if source == "real" and not os.environ.get("FASHION_MNIST_DIR"):
        pytest.skip("FASHION_MNIST_DIR names no folder with the real images")
    monkeypatch.setenv("COURSE_DATA", "" if source == "real" else "standin")
    monkeypatch.delenv("CONVPOOL_SUBSET_DIR", raising=False)
    (images, labels), _ = load_data()
    shirt = plots.plainest(images[labels == 0][:500]) / 255.0
    kernel = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])

    strength = plots.strength_by_border(shirt, kernel)
    answers = np.abs(convolved(shirt, kernel))
    strong = answers >= answers.max() / 2
    parts = border_windows(shirt)

    assert strength["level"] > 3 * max(strength["upright"], strength["inside"])
    assert (strong & parts["level"]).sum() > strong.sum() / 2  # shoulders slope: not all are level
    assert not (strong & parts["inside"]).any()
    assert (strong & parts["upright"]).sum() <= 1
    smaller = plots.smaller_maps(shirt, kernel, (2, 4)).values()
    assert all(pooled.mean() > 1.2 * strided.mean() for strided, pooled in smaller)


def test_every_section_that_an_exercise_names_is_a_heading_of_the_lesson() -> None:
    headings = set(re.findall(r"^# ## (.+)$", LESSON.read_text(encoding="utf-8"), re.MULTILINE))
    named = [
        (script.name, section)
        for script in (ROOT / "solutions").glob("*.py")
        for section in re.findall(r'lesson up to "([^"]+)"', script.read_text(encoding="utf-8"))
    ]
    assert named
    assert [one for one in named if one[1] not in headings] == []


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
        environment.setenv("CONVPOOL_SUBSET_DIR", str(write_few_images(folder)))
        environment.setenv("COURSE_CACHE_DIR", str(folder))
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
    assert "TensorFlow:\n [[27 27 27]\n [27 27 27]\n [ 0  0  0]]" in printed
    assert "TensorFlow, upper left:       27" in printed
    assert "by hand, kernel as it is:     27" in printed
    assert "by hand, kernel flipped:      -27" in printed
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


def test_no_answer_can_be_read_before_its_cell_was_run(executed: NotebookNode) -> None:
    cells = executed.cells
    names = _predictions([cell.source for cell in cells if cell.cell_type == "code"])
    for name in names:
        asked = next(i for i, cell in enumerate(cells) if f"{name} = predict(" in cell.source)
        shown = next(i for i, cell in enumerate(cells) if f"with {name}.reveal()" in cell.source)
        assert cells[shown].metadata.get("reveal"), f"the cell that reveals {name} is not folded"
        answer = _answer(cells[shown])
        # What is on the screen with the question, before the answer: code and text around it.
        for cell in [*cells[max(asked - 3, 0) : shown], *_text_below(cells, shown)]:
            if cell.metadata.get("reveal"):
                continue
            visible = cell.source + _text_shown(cell)
            assert not re.search(rf"(?<![\w.,]){re.escape(answer)}(?![\w.,]\w)", visible), (
                f"{name}: {answer!r} can be read in\n{visible}"
            )


def _answer(cell: NotebookNode) -> str:
    """What a prediction is compared with, as a learner would look for it."""
    [told] = [o.data["text/plain"] for o in cell.outputs if "you predicted" in str(o.get("data"))]
    answer = told.split("no prediction yet", 1)[1].strip().split("\n")[0]
    number = re.fullmatch(r"([\d,]+(?:\.\d+)?)( .*)?", answer)
    if number:  # 87.4 % would be told by "87" as well
        value = float(number[1].replace(",", ""))
        return f"{value:,.0f}" if value >= 20 or value.is_integer() else f"{value:.1f}"
    letter = re.fullmatch(r"[A-E](: .*)?", answer)
    return f"answer {answer}" if letter else answer


def _text_below(cells: list[NotebookNode], place: int) -> list[NotebookNode]:
    """The text right below a cell."""
    below = cells[place + 1 :]
    code = next((i for i, cell in enumerate(below) if cell.cell_type == "code"), len(below))
    return below[:code]


def _text_shown(cell: NotebookNode) -> str:
    outputs = cell.get("outputs", [])
    return "\n".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)


def test_the_two_models_stand_side_by_side(executed: NotebookNode) -> None:
    words = _words(executed)
    assert "dense and CNN: 3 same, 1 changed, 4 added" in words
    assert "one image: (28, 28, 1)" in words


def test_the_shapes_table_starts_with_one_row(executed: NotebookNode) -> None:
    assert "2 of 15 cells are right." in _words(executed)
