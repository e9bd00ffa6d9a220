"""One file, one verdict: in the notebook, from `course check` and `submit`, from both graders."""

import contextlib
import io
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.commands import run_command
from support.final_scores import final_scores
from support.odd_files import ODD_FILES, OddFile
from support.warm_nbgrader import ENVIRONMENT, let_be_warm
from traitlets.config import Config

from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import SubmissionResult, load, result_path
from course.checks.failures import CheckFailed
from course.errors import CourseError
from course.learner.check import check_work
from course.learner.folder import Work, read_work
from course.notebook.release_folder import gaps
from course.notebook.verdict import Verdict

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the grading of all files

BRIEF = ("encoded utf-8-sig", "encoded utf-16", "nbformat 3", "an unknown cell type", "cut off")
PASSES = ("correct", "partial", "answered")


@dataclass
class Graded:
    """What both graders made of the files."""

    ours: dict[str, SubmissionResult] = field(default_factory=dict)
    nbgraders: dict[str, SubmissionResult] = field(default_factory=dict)
    gradebook: dict[str, dict[str, float]] = field(default_factory=dict)


def _student(odd: OddFile) -> str:
    return re.sub(r"[^a-z0-9]+", "-", odd.name.lower())


def _chosen(session: pytest.Session) -> list[OddFile]:
    """List the files whose tests were chosen: grading all of them takes ten minutes."""
    specs = [item.callspec for item in session.items if hasattr(item, "callspec")]
    values = [spec.params.get("odd") for spec in specs]  # another module may use the name, too
    names = {value.name for value in values if isinstance(value, OddFile)}
    return [odd for odd in ODD_FILES if odd.name in names]


def _assignments(files: list[OddFile]) -> list[str]:
    return sorted({odd.assignment for odd in files})


def _for_nbgrader(files: list[OddFile]) -> dict[str, list[OddFile]]:
    """Divide them: some are graded as nbgrader's command does by itself, five seconds for each.

    The others share a fork server, which the setting that is returned asks for. Most quick ones
    are left to a run of all.
    """
    whole = len(files) == len(ODD_FILES)
    cold = [odd for odd in files if odd.name in BRIEF or odd.assignment == "cnn"]
    warm = [odd for odd in files if odd not in cold and (whole or not odd.quick)]
    return {"": cold, "1": warm}


def _hand_in(folder: ClassFolder, files: list[OddFile]) -> None:
    for odd in files:
        target = folder.submitted / _student(odd) / odd.assignment / f"{odd.assignment}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes(odd.content())


def _results(folder: ClassFolder, files: list[OddFile]) -> dict[str, SubmissionResult]:
    return {odd.name: load(result_path(folder, _student(odd), odd.assignment)) for odd in files}


def _grade(course: CourseFolder, place: Path, files: list[OddFile]) -> Graded:
    """Grade the files by both graders, each in one class."""
    ours, theirs = ClassFolder(place / "ours"), ClassFolder(place / "nbgrader")
    _hand_in(ours, files)
    summary = grade_class(course, ours, _assignments(files), GradeOptions())
    assert summary.failures == []
    graded = Graded(_results(ours, files))
    let_be_warm(course)
    for warm, some in _for_nbgrader(files).items():
        _hand_in(theirs, some)
        for name in _assignments(some):
            _autograde(course, theirs, name, warm)
        graded.nbgraders |= _results(theirs, some)
        for odd in some:
            graded.gradebook[odd.name] = final_scores(theirs, odd.assignment, _student(odd))
    return graded


def _autograde(course: CourseFolder, theirs: ClassFolder, assignment: str, warm: str) -> None:
    """Run nbgrader's own commands; what they have graded before they leave alone."""
    settings = {"PYTEST_CURRENT_TEST": None, "COURSE_DATA": "standin"}
    settings |= {"CLASS_DIR": str(theirs.root), ENVIRONMENT: warm}
    for command, *flags in (("generate_assignment", "--force"), ("autograde",)):
        said = run_command(
            "nbgrader", command, assignment, *flags, cwd=course.root, seconds=3000, **settings
        )
        assert said.returncode == 0, said.stderr[-3000:]


@pytest.fixture(scope="module")
def graded(course_copy: CourseFolder, tmp_path_factory: pytest.TempPathFactory, request) -> Graded:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA", "standin")
        return _grade(course_copy, tmp_path_factory.mktemp("five"), _chosen(request.session))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a file as a learner has it."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COURSE_DATA", "standin")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)

    def write(odd: OddFile) -> Work:
        path = tmp_path / odd.assignment / f"{odd.assignment}.ipynb"
        path.parent.mkdir()
        path.write_bytes(odd.content())
        return Work(odd.assignment, path)

    return write


def _checked(found: Work) -> tuple[str, dict[str, Verdict]]:
    """Return why `course check` refuses a file, or its verdicts."""
    try:
        report = check_work(found, lambda *_: None)
    except CourseError as error:
        return str(error), {}
    return "", {verdict.exercise: verdict for verdict in report.verdicts}


def _visible(graded: Verdict) -> bool:
    """Whether a verdict of grading comes from a check that a learner sees."""
    return "hidden one" not in graded.message


def _agree(checked: Verdict, graded: Verdict) -> str:
    """Say how a check before grading and a mark differ; "" if they do not."""
    if checked.status == "answered":
        # A quiz answer that can be read: no check in sight knows whether it is right.
        return "" if graded.status in ("correct", "partial", "incorrect") else graded.message
    if not _visible(graded):
        return "" if checked.status in PASSES else "fails before grading, and in a hidden check"
    same = (checked.score, checked.status) == (graded.score, graded.status)
    return "" if same else f"{checked} before grading, {graded} in grading"


PARAMETERS = [
    pytest.param(odd, id=odd.name, marks=[] if odd.quick else pytest.mark.slow) for odd in ODD_FILES
]


@pytest.mark.parametrize("odd", PARAMETERS)
def test_every_way_says_the_same_of_the_same_file(odd: OddFile, graded: Graded, work) -> None:
    ours, theirs = graded.ours[odd.name], graded.nbgraders.get(odd.name)
    found = work(odd)
    refused, checked = _checked(found)

    # `autograder grade` and nbgrader's `autograde`
    if theirs is not None:
        assert ours.rejected == theirs.rejected
        assert [vars(gap) for gap in ours.gaps] == [vars(gap) for gap in theirs.gaps]
        scores = {gap.exercise: gap.score for gap in ours.gaps}
        assert graded.gradebook[odd.name] == pytest.approx(scores)
    # `course check`
    assert bool(refused) == bool(ours.rejected), (refused, ours.rejected)
    if refused:
        assert ours.rejected in refused
    else:
        marks = {gap.exercise: gap for gap in ours.gaps}
        assert checked.keys() == marks.keys()
        assert {n: d for n in marks if (d := _agree(checked[n], marks[n]))} == {}
    # `course submit`
    with (
        pytest.raises(CourseError)
        if refused and "not the notebook" not in refused
        else (contextlib.nullcontext())
    ):
        read_work(found.path)


def _run_in_a_notebook(
    content: bytes, assignment: str, monkeypatch
) -> dict[str, tuple[float, str]]:
    """Run a file's own cells from top to bottom; return points and status of each check."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setitem(os.environ, "NBGRADER_EXECUTION", "validate")
    document = json.loads(content)
    config = Config()
    config.HistoryManager.enabled = False  # a hundred shells would wait for one file in the end
    shell = InteractiveShell(config=config)
    points = {gap.name: gap.points for gap in gaps(assignment)}
    found: dict[str, tuple[float, str]] = {}
    for cell in document["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            ran = shell.run_cell(source)
        gap = re.search(r'^with exercise\("(\w+)"\)', source, re.MULTILINE)
        if gap:
            check = shell.user_ns.get("check")
            error = ran.error_in_exec
            if isinstance(error, CheckFailed):
                found[gap[1]] = (0.0, error.status)
            elif error is None and ran.error_before_exec is None:
                share = check.share
                status = "answered" if check.noted else "correct" if share == 1 else "partial"
                found[gap[1]] = (0.0 if check.noted else round(points[gap[1]] * share, 6), status)
                assert re.search(rf"^[✓◐] {gap[1]}:", printed.getvalue(), re.MULTILINE)
    return found


OPENED = [parameter for parameter in PARAMETERS if parameter.values[0].opens]


@pytest.mark.parametrize("odd", OPENED)
def test_the_check_in_the_notebook_says_the_same(
    odd: OddFile, graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATA", "standin")
    ours = {gap.exercise: gap for gap in graded.ours[odd.name].gaps}

    found = _run_in_a_notebook(odd.content(), odd.assignment, monkeypatch)

    assert found.keys() == ours.keys()
    for gap, (score, status) in found.items():
        mark = ours[gap]
        # A gap's own cell that failed explains its verdict best; a notebook shows it above.
        said = status if "its own cell raised" not in mark.message else "error"
        said = "not_attempted" if mark.status == "not_attempted" and not score else said
        assert _agree(Verdict(gap, score, mark.max_score, said), mark) == ""


def test_the_table_has_a_hundred_files() -> None:
    assert len(ODD_FILES) >= 100
    assert len({_student(odd) for odd in ODD_FILES}) == len(ODD_FILES)
    assert 12 <= sum(odd.quick for odd in ODD_FILES) <= 20
