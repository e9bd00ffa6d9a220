"""Marks under stock nbgrader: every mark that is earned, and none that is not."""

import io
from pathlib import Path

import nbformat
import pytest
from support.contract import ASSIGNMENT_OF, POINTS
from support.places import SUBMISSIONS
from support.reference import only, reference
from support.stock_class import StockClass, as_outside_pytest

from autograder.build.answer_files import fill, parse_answers, read_answers
from autograder.folders import CourseFolder

# One gap of each assignment for every run; the others are long proofs.
QUICK = {"scale_pixels", "convolve2d", "max_pool2d"}


@pytest.mark.parametrize("assignment", POINTS)
def test_the_reference_solution_gets_every_point(graded_class: StockClass, assignment: str) -> None:
    answers = reference(graded_class.course, assignment)

    marks = graded_class.grade("reference", assignment, answers)

    assert marks == POINTS[assignment]


@pytest.mark.parametrize("assignment", POINTS)
def test_the_untouched_release_gets_no_point(graded_class: StockClass, assignment: str) -> None:
    marks = graded_class.grade("untouched", assignment)

    assert marks == dict.fromkeys(POINTS[assignment], 0)


@pytest.mark.parametrize(
    "gap", [pytest.param(g, marks=[] if g in QUICK else pytest.mark.slow) for g in ASSIGNMENT_OF]
)
def test_one_filled_gap_gets_its_points_and_no_other(graded_class: StockClass, gap: str) -> None:
    assignment = ASSIGNMENT_OF[gap]
    answers = only(gap, reference(graded_class.course, assignment))

    marks = graded_class.grade(f"only-{gap}", assignment, answers)

    assert marks == dict.fromkeys(POINTS[assignment], 0) | {gap: POINTS[assignment][gap]}


@pytest.mark.parametrize(
    "style",
    [
        "lesson_verbatim",
        pytest.param("tensorflow_inside_the_function", marks=pytest.mark.slow),
        pytest.param("tensorflow_in_the_cell_before", marks=pytest.mark.slow),
        pytest.param("lesson_jit_compiled", marks=pytest.mark.slow),
    ],
)
def test_a_cnn_in_the_lessons_own_style_gets_every_point(
    graded_class: StockClass, style: str
) -> None:
    answers = parse_answers(CNN_STYLES[style])

    marks = graded_class.grade(style, "cnn", answers)

    assert marks == POINTS["cnn"], graded_class.output(style, "cnn")


@pytest.mark.parametrize("assignment", ["reshape", pytest.param("cnn", marks=pytest.mark.slow)])
def test_stderr_noise_keeps_full_marks(graded_class: StockClass, assignment: str) -> None:
    answers = read_answers(SUBMISSIONS / "stock" / f"noisy_{assignment}.py")

    marks = graded_class.grade("noisy", assignment, answers)

    assert marks == POINTS[assignment], graded_class.output("noisy", assignment)


def test_the_noise_is_really_made(graded_class: StockClass) -> None:
    # The cells that are not tests show it; without it the test above would prove nothing.
    if not (graded_class.folder.autograded / "noisy" / "reshape").exists():
        test_stderr_noise_keeps_full_marks(graded_class, "reshape")

    cells = graded_class.autograded("noisy", "reshape").cells

    own = [c for c in cells if not c.metadata.get("nbgrader", {}).get("grade")]
    noise = "".join(o.get("text", "") for c in own for o in c.get("outputs", []))
    for word in ("printed noise", "descriptor noise", "warned noise", "logged noise"):
        assert word in noise


def test_numbers_that_a_student_shows_are_no_marks(graded_class: StockClass) -> None:
    answers = read_answers(SUBMISSIONS / "stock" / "shows_numbers.py")

    marks = graded_class.grade("numbers", "reshape", answers)

    assert marks == {"scale_pixels": 0, "add_channel_axis": 6}


def test_several_right_options_get_the_share_that_the_rule_says(
    graded_class: StockClass, course: CourseFolder
) -> None:
    # q5: 2 right of 6 options; q9: 3 right of 5 (solutions/quiz.md, drawn for the release).
    right = {gap: _key(course, gap) for gap in ("q5", "q9")}
    letters = {"q5": "abcdef", "q9": "abcde"}
    assert {gap: len(key) for gap, key in right.items()} == {"q5": 2, "q9": 3}
    wrong = {g: "".join(x for x in letters[g] if x not in right[g]) for g in right}
    cases = {
        "half": (right["q5"][0], right["q9"][:2]),
        "mixed": (right["q5"] + wrong["q5"][0], right["q9"] + wrong["q9"][0]),
        "everything": (letters["q5"], letters["q9"]),
    }
    expected = {
        "half": (2 * 1 / 2, 2 * 2 / 3),
        "mixed": (2 * (1 - 1 / 4), 2 * (1 - 1 / 2)),
        "everything": (0, 0),
    }

    for student, (q5, q9) in cases.items():
        marks = graded_class.grade(
            student, "quiz", f'# %% gap="q5"\nq5 = "{q5}"\n\n# %% gap="q9"\nq9 = "{q9}"\n'
        )
        assert (marks["q5"], marks["q9"]) == pytest.approx(expected[student]), student


def test_no_test_ever_gives_more_than_its_points(graded_class: StockClass) -> None:
    from nbgrader.api import Gradebook

    if not graded_class.folder.gradebook.exists():
        graded_class.grade("untouched", "reshape")
    with Gradebook(graded_class.folder.db_url) as gradebook:
        grades = [
            (grade.score, grade.max_score, grade.auto_score)
            for assignment in gradebook.assignments
            for submission in gradebook.assignment_submissions(assignment.name)
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]

    assert grades
    assert all(0 <= score <= most and auto is not None for score, most, auto in grades)


def _key(course: CourseFolder, gap: str) -> str:
    """Read the key of a question from its solution cell."""
    namespace: dict[str, str] = {}
    exec(reference(course, "quiz").gaps[gap], namespace)
    return namespace[gap]


def validated(path: Path, seconds: int = 300) -> str:
    """Return what `nbgrader validate` says of a notebook."""
    from nbgrader.validator import Validator
    from traitlets.config import Config

    config = Config()
    config.Execute.timeout = seconds
    stream = io.StringIO()
    validator = Validator(config=config)
    validator.stream = stream
    with as_outside_pytest():
        validator.validate_and_print(str(path))
    return stream.getvalue()


@pytest.mark.parametrize(
    "assignment",
    ["reshape", *(pytest.param(a, marks=pytest.mark.slow) for a in POINTS if a != "reshape")],
)
def test_validate_passes_the_reference_solution(
    course: CourseFolder, tmp_path: Path, course_images: None, assignment: str
) -> None:
    filled = fill(
        nbformat.read(course.release(assignment), as_version=4), reference(course, assignment)
    )
    nbformat.write(filled, tmp_path / "filled.ipynb")

    said = validated(tmp_path / "filled.ipynb")

    assert said == "Success! Your notebook passes all the tests.\n"


@pytest.mark.slow
def test_validate_passes_the_lessons_own_style(
    course: CourseFolder, tmp_path: Path, course_images: None
) -> None:
    answers = parse_answers(CNN_STYLES["lesson_verbatim"])
    nbformat.write(
        fill(nbformat.read(course.release("cnn"), as_version=4), answers), tmp_path / "cnn.ipynb"
    )

    assert validated(tmp_path / "cnn.ipynb") == "Success! Your notebook passes all the tests.\n"


def test_validate_complains_about_the_untouched_release(
    course: CourseFolder, tmp_path: Path, course_images: None
) -> None:
    nbformat.write(nbformat.read(course.release("reshape"), as_version=4), tmp_path / "a.ipynb")

    said = validated(tmp_path / "a.ipynb")

    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert "not attempted yet" in said


BEN = (SUBMISSIONS / "demo" / "ben" / "cnn.py").read_text(encoding="utf-8")

CNN_STYLES = {
    "lesson_verbatim": BEN,
    "lesson_jit_compiled": BEN.replace(
        "metrics=['accuracy'])", "metrics=['accuracy'], jit_compile=True)"
    ),
    # The setup cell imports TensorFlow; here it is gone, and comes back within each function.
    "tensorflow_inside_the_function": '# %%\ndel tf\n\n# %% gap="prepare"\n'
    + BEN.split('# %% gap="prepare"\n', 1)[1].replace(
        "    model = tf.", "    import tensorflow as tf\n    model = tf."
    ),
    "tensorflow_in_the_cell_before": BEN.replace(
        '# %% gap="build_cnn"',
        "# %%\nimport tensorflow as tf\n"
        "tf.keras.layers.Conv2D(1, 3, input_shape=(8, 8, 1))\n"
        "mnist = tf.keras.datasets.fashion_mnist\n\n"
        '# %% gap="build_cnn"',
    ),
}
