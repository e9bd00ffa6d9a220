"""Fixtures that several tests share: the checkout, a copy of it, and a class to grade."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from support.graded_class import registered  # noqa: F401 -- a fixture
from support.longest import longest_first
from support.stock_class import StockClass

from autograder.folders import ClassFolder, CourseFolder
from autograder.pages.feedback.assignment import FeedbackAssignment, read_assignment
from autograder.sandbox import Sandbox, detect_sandbox
from course.errors import GradingError

# How long an example takes says nothing on a machine that others use too.
hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")

ROOT = Path(__file__).parents[1]

# What nbgrader's own commands need of a checkout.
CHECKOUT = ("solutions", "exercises", "nbgrader_config.py")


def pytest_configure() -> None:
    """Hide from all processes that tests start what nbformat would compile for three seconds."""
    hidden = str(ROOT / "tests" / "support" / "no_grammar")
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([hidden, *filter(None, others)])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    tests = ROOT / "tests"
    items.sort(key=lambda item: longest_first(item.path.relative_to(tests).as_posix()))


@pytest.fixture(scope="session")
def course() -> CourseFolder:
    """The checkout, to read from."""
    return CourseFolder(ROOT)


@pytest.fixture(scope="module")
def course_copy(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A copy of the checkout: nbgrader writes a release again when it registers it."""
    target = tmp_path_factory.mktemp("checkout")
    for name in CHECKOUT:
        source = course.root / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, target / name)
    return CourseFolder(target)


@pytest.fixture(scope="module")
def course_images() -> Iterator[None]:
    """Use the real images where they are named, else the stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("FASHION_MNIST_DIR"):
            patch.setenv("COURSE_DATA", "standin")
        yield


@pytest.fixture(scope="module")
def graded_class(
    course_copy: CourseFolder, tmp_path_factory: pytest.TempPathFactory, course_images: None
) -> StockClass:
    """A class whose submissions the real nbgrader grades, one after the other."""
    return StockClass(course_copy, tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """This machine's sandbox; where it cannot be started, say loudly what is not tested."""
    try:
        found = detect_sandbox()
    except GradingError as error:
        pytest.skip(f"NOTHING OF THE SANDBOX IS TESTED: {error}")
    bare = [found.bwrap, "--unshare-all", "--ro-bind", "/", "/", "/bin/true"]
    tried = subprocess.run(bare, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"NOTHING OF THE SANDBOX IS TESTED: {tried.stderr}")
    return found


@pytest.fixture(scope="session")
def reshape(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> FeedbackAssignment:
    return read_assignment(course, ClassFolder(tmp_path_factory.mktemp("none")), "reshape")
