"""A student's pictures reach the feedback page, from a new kernel and from a forked one alike."""

import re
from pathlib import Path

import pytest

from autograder.build.answer_files import Answers, hand_in
from autograder.folders import ClassFolder, CourseFolder
from autograder.grading.class_run import grade_class
from autograder.grading.conditions import GradeOptions
from autograder.grading.results import SubmissionResult
from autograder.pages.feedback.feedback_page import ClassPages

DRAW = "import matplotlib.pyplot as plt\n"
CELLS = {
    "show": f"{DRAW}plt.plot([1, 2])\nplt.show()",
    "implicit": f"{DRAW}plt.plot([1, 2]);",
    "last value of a plot": f"{DRAW}plt.plot([1, 2])",
    "displayed": f"{DRAW}fig, ax = plt.subplots()\nax.plot([1, 2])\ndisplay(fig)\nplt.close(fig)",
    "last value": f"{DRAW}fig = plt.figure()\nplt.plot([1, 2])\nplt.close(fig)\nfig",
    "magic": f"%matplotlib inline\n{DRAW}plt.imshow([[1, 2]])\nplt.show()",
    "pylab's show in a function": f"{DRAW}def draw():\n    plt.plot([2])\n    plt.show()\ndraw()",
    "saved": f"{DRAW}plt.plot([1, 2])\nplt.savefig('a.png')",
    "use": f"import matplotlib\nmatplotlib.use('inline')\n{DRAW}plt.plot([1])\nplt.show()",
}
"""Each of these cells shows one picture in Jupyter."""


@pytest.fixture(scope="module", params=[False, True], ids=["new", "forked"])
def graded(
    request: pytest.FixtureRequest,
    course: CourseFolder,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ClassFolder, list[SubmissionResult]]:
    """Every cell in a notebook of its own, so that no cell can set up the next one's pictures."""
    folder = ClassFolder(tmp_path_factory.mktemp("pictures"))
    for number, cell in enumerate(CELLS.values()):
        answers = Answers(own_cells={"": [cell]})
        hand_in(course.release("reshape"), answers, folder.submitted, f"s{number}", "reshape")
    summary = grade_class(course, folder, ["reshape"], GradeOptions(warm=request.param))
    assert summary.failures == []
    return folder, list(summary.iter_results())


@pytest.mark.parametrize("name", CELLS)
def test_what_jupyter_draws_is_a_picture_in_the_feedback(course, graded, name: str) -> None:
    folder, results = graded
    student = f"s{list(CELLS).index(name)}"
    notebook = next(one for one in results if one.student == student).notebook
    outputs = notebook["cells"][-1]["outputs"]

    pictures = [one for one in outputs if "image/png" in one.get("data", {})]
    page = Path(ClassPages(course, folder).write(student, "reshape")).read_text("utf-8")

    assert len(pictures) == 1, outputs
    assert len(re.findall(r'src="data:image/png;base64,', page)) == 1
