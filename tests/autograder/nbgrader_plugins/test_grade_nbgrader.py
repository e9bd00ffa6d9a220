"""nbgrader's own ways to autograde, its command and formgrader's button, use the sandbox."""

import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support.commands import run_command
from support.contract import POINTS
from support.final_scores import final_scores
from support.places import TESTS
from support.reference import reference
from support.stock_class import StockClass, as_outside_pytest
from traitlets.config.loader import PyFileConfigLoader

from autograder.build.answer_files import Answers, hand_in, parse_answers, read_answers
from autograder.folders import ClassFolder, CourseFolder

ATTACK = TESTS / "hostile" / "attacks" / "strips_asserts.py"
FULL = POINTS["reshape"]
NOTHING = dict.fromkeys(FULL, 0.0)
WRONG = """
# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images
"""


@pytest.fixture
def class_folder(course_copy: CourseFolder, tmp_path: Path) -> ClassFolder:
    """A class of an honest student, one who is half right, and an attacker."""
    folder = ClassFolder(tmp_path / "class")
    answers = {
        "ada": reference(course_copy, "reshape"),
        "ben": parse_answers(WRONG),
        "eve": read_answers(ATTACK),
    }
    for student, written in answers.items():
        _hand_in(course_copy, folder, student, written)
    return folder


def _hand_in(course: CourseFolder, folder: ClassFolder, student: str, answers: Answers) -> None:
    hand_in(course.release("reshape"), answers, folder.submitted, student, "reshape")


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def nbgrader(course_copy: CourseFolder, class_folder: ClassFolder) -> Command:
    """Run nbgrader's command as an instructor does, in a copy of the checkout."""

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        settings = {"PYTEST_CURRENT_TEST": None, "COURSE_DATA": "standin"}
        settings |= {"CLASS_DIR": str(class_folder.root)} | more
        return run_command("nbgrader", *arguments, cwd=course_copy.root, **settings)

    return run


def configured(course: CourseFolder, folder: Path) -> Any:
    """Load the checkout's `nbgrader_config.py` as nbgrader and formgrader's server do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASS_DIR", str(folder))
        return PyFileConfigLoader("nbgrader_config.py", str(course.root)).load_config()


class Button:
    """What formgrader's Autograde button calls: `NbGraderAPI.autograde(assignment, student)`."""

    def __init__(self, course: CourseFolder, class_folder: ClassFolder) -> None:
        """Make the API as formgrader's server extension does, from its configuration."""
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        config = configured(course, class_folder.root)
        self._api = NbGraderAPI(CourseDirectory(config=config), config=config)

    def press(self, student: str) -> None:
        """Autograde `reshape` of a student."""
        with warnings.catch_warnings(), as_outside_pytest():
            # nbgrader 0.9 relies on what SQLAlchemy 2 merely warns about.
            warnings.filterwarnings("ignore", message="Object of type <Submitted")
            for step, arguments in (
                (self._api.generate_assignment, ("reshape",)),
                (self._api.autograde, ("reshape", student)),
            ):
                done = step(*arguments, force=True)
                assert done["success"], done

    def give_back(self, student: str) -> None:
        """Generate the feedback on `reshape` of a student."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Object of type <Submitted")
            done = self._api.generate_feedback("reshape", student, force=True)
            assert done["success"], done


def marks(folder: ClassFolder, student: str) -> dict[str, float]:
    return final_scores(folder, "reshape", student)


def stamp(folder: ClassFolder, student: str) -> str:
    path = folder.autograded / student / "reshape" / "reshape.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell["id"] == "how-it-was-graded")


def test_the_autograde_command_goes_through_the_sandbox(
    nbgrader: Command, class_folder: ClassFolder
) -> None:
    nbgrader("generate_assignment", "reshape", "--force")

    said = nbgrader("autograde", "reshape")

    assert said.returncode == 0, said.stderr
    assert marks(class_folder, "ada") == FULL
    assert marks(class_folder, "ben") == FULL | {"add_channel_axis": 0.0}
    assert marks(class_folder, "eve") == NOTHING
    for student in ("ada", "ben", "eve"):
        assert "sandbox=bubblewrap" in stamp(class_folder, student)


@pytest.mark.slow
def test_the_same_attack_earns_every_point_from_stock_nbgrader(
    course_copy: CourseFolder, tmp_path: Path, course_images: None
) -> None:
    stock = StockClass(course_copy, tmp_path / "stock")

    assert stock.grade("eve", "reshape", read_answers(ATTACK)) == FULL


def steps(course: CourseFolder, folder: Path) -> list[str]:
    config = configured(course, folder).Autograde
    lists = ("sanitize_preprocessors", "autograde_preprocessors")
    return [step.__name__ for name in lists for step in config.get(name, [])]


@pytest.mark.parametrize("stock", ["", "1"])
def test_nothing_in_the_environment_takes_the_sandbox_away(
    course: CourseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stock: str
) -> None:
    monkeypatch.setenv("STOCK", stock)  # earlier versions read it

    assert steps(course, tmp_path) == ["GradeInSandbox", "EnterRules", "AssignLatePenalties"]


def test_formgraders_button_goes_through_the_sandbox(
    course_copy: CourseFolder, class_folder: ClassFolder
) -> None:
    from nbgrader.server_extensions.formgrader import apihandlers

    handler = Path(apihandlers.__file__).read_text(encoding="utf-8")
    assert "self.api.autograde(assignment_id, student_id)" in handler
    button = Button(course_copy, class_folder)

    for student in ("ada", "eve"):
        button.press(student)

    assert marks(class_folder, "ada") == FULL
    assert marks(class_folder, "eve") == NOTHING
    assert "sandbox=bubblewrap" in stamp(class_folder, "eve")
    # The button for feedback writes the project's page, not the one that loads MathJax.
    button.give_back("eve")
    page = class_folder.feedback / "eve" / "reshape" / "reshape.html"
    assert "Graded with sandbox=bubblewrap" in page.read_text(encoding="utf-8")
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


def test_the_button_gives_an_unreadable_notebook_a_result(
    course_copy: CourseFolder, class_folder: ClassFolder
) -> None:
    edited = class_folder.submitted / "eve" / "reshape" / "reshape.ipynb"
    notebook = nbformat.read(edited, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "Bash"}
    notebook.metadata["language_info"] = {"name": "bash"}
    nbformat.write(notebook, edited)

    Button(course_copy, class_folder).press("eve")

    assert marks(class_folder, "eve") == NOTHING
    assert "could not be graded" in stamp(class_folder, "eve")
