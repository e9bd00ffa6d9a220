"""The whole way of a learner: `course lab`, answers typed in JupyterLab, handed in, graded.

Pictures of every notebook are written to artifacts/learner, for a person to look at.
"""

import csv
import os
import re
import zipfile
from pathlib import Path

import pytest
from support.commands import run_command
from support.contract import ASSIGNMENTS
from support.reference import reference

from course.notebook.release_folder import gaps

pytestmark = pytest.mark.slow

PICTURES = Path(__file__).parents[2] / "artifacts" / "learner"
TRAINING = 240_000  # milliseconds: the network is trained on the few images that grading uses

MISTAKES = {
    "reshape": {
        "scale_pixels": (
            "def scale_pixels(images):\n    return images / 256",
            "divided by 256",
        ),
        "add_channel_axis": (
            "def add_channel_axis(images):\n    return images[None]",
            "",
        ),
    },
    "convolution": {
        "output_size": (
            "def output_size(size, kernel, stride=1, padding=0):\n"
            "    return (size + 2 * padding - kernel) // stride",
            "",
        ),
        "count_parameters": (
            "def count_parameters(filters, kernel, channels):\n"
            "    return filters * kernel * kernel * channels",
            "bias",
        ),
    },
    "pooling": {
        "max_pool2d": (
            "def max_pool2d(feature_map, size=2):\n"
            "    h, w = feature_map.shape[0] // size, feature_map.shape[1] // size\n"
            "    cut = feature_map[: h * size, : w * size]\n"
            "    return cut.reshape(h, size, w, size).mean(axis=(1, 3))",
            "average",
        ),
    },
}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """The few images that grading uses, as a folder."""
    from course.data import write_subset

    folder = tmp_path_factory.mktemp("images")
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("FASHION_MNIST_DIR"):
            patch.setenv("COURSE_DATA", "standin")
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        write_subset(folder)
    return folder


class Learner:
    """A learner's folder, and the commands that are typed in it."""

    def __init__(self, root, images):
        self.folder, self.home = root / "convpool", root / "home"
        # Not NBGRADER_EXECUTION: a learner's notebook is not being graded.
        self.more = {"CONVPOOL_SUBSET_DIR": str(images), "NBGRADER_EXECUTION": ""}

    def lab(self):
        """Run `course lab`."""
        from support.lab_session import course_lab

        return course_lab(self.folder, self.home, **self.more)

    def say(self, *arguments, status=0):
        """Run a command in the folder; return what it prints."""
        from support.lab_session import environment

        more = environment(self.home) | self.more
        return command(*arguments, cwd=self.folder, status=status, **more)


def command(program, *arguments, cwd, status=0, **environment):
    """Run `course` or `autograder`; return what it prints."""
    result = run_command(program, *arguments, cwd=cwd, COLUMNS="120", **environment)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout


def test_contents_page_opens_rendered_and_leads_to_a_notebook(browser, images, tmp_path):
    with Learner(tmp_path, images).lab() as address:
        page = browser.new_context(viewport={"width": 1200, "height": 1000}).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/")
        contents = page.locator(".jp-RenderedMarkdown")
        contents.get_by_role("heading", name="Convolutions and pooling").wait_for()
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / "contents.png")

        contents.get_by_role("link", name="Images that a CNN can read").click()

        page.get_by_role("heading", name="Scale the pixels").wait_for()
        # A server that is stopped while a kernel starts waits for that kernel for a long time.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.context.close()


def test_right_answers_are_typed_handed_in_and_graded_with_100_points(
    browser,
    images,
    course_copy,
    sandbox,
    tmp_path,
):
    from support.lab_session import Notebook

    learner = Learner(tmp_path, images)
    with learner.lab() as address:
        for assignment in ASSIGNMENTS:
            notebook = Notebook(browser, address, assignment)
            for gap, answer in reference(course_copy, assignment).gaps.items():
                notebook.type_answer(gap, answer)
            notebook.run_all()
            for gap in gaps(assignment):
                notebook.wait_for_pass(gap.name, TRAINING)
            notebook.save()
            notebook.picture(PICTURES / f"{assignment}.png")
            notebook.close()

    status = learner.say("course", "status")
    submitted = learner.say("course", "submit", "--student", "ada")
    packed = learner.say("course", "status")

    assert "–" not in status
    assert "Next: course submit" in status
    assert "cnn: 35 of 35 visible points" in submitted
    assert "quiz: 10 of 10 questions answered" in submitted
    assert "Your notebooks are packed" in packed
    archive = learner.folder / "ada-submission.zip"
    where = ("--class", tmp_path / "class", "--course", course_copy.root)
    roster = tmp_path / "list.csv"
    roster.write_text("student,name,email\nada,Ada Lovelace,ada@example.org\n")
    command("autograder", "collect", archive, "--roster", roster, *where, cwd=tmp_path)
    command(
        "autograder", "grade", *where, cwd=tmp_path, COURSE_DATA="", CONVPOOL_SUBSET_DIR=str(images)
    )
    with (tmp_path / "class" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(float(row["score"]) for row in rows) == 100
    assert {row["student"] for row in rows} == {"ada"}


def test_typical_mistakes_are_told_in_the_notebook_and_by_course_check(browser, images, tmp_path):
    from support.lab_session import Notebook

    learner = Learner(tmp_path, images)
    with learner.lab() as address:
        for assignment, mistakes in MISTAKES.items():
            notebook = Notebook(browser, address, assignment)
            for gap, (answer, words) in mistakes.items():
                notebook.type_answer(gap, answer)
                notebook.run_cell(notebook.cell(f"def {gap}("))
                notebook.run_cell(notebook.check(gap))
                message = notebook.message(gap)
                assert message.startswith(f"✗ `{gap}`: ")
                assert words in message
                assert "Traceback" not in message
                assert message.endswith(f'Stuck? import course; course.hint("{gap}")')
            if assignment == "reshape":
                shown = ask_for_hint(notebook, "scale_pixels")
                assert "Hint 1 of 3" in shown
            notebook.save()
            notebook.picture(PICTURES / f"{assignment}-mistakes.png")
            notebook.close()

    checked = learner.say("course", "check", *MISTAKES, status=1)

    for mistakes in MISTAKES.values():
        for gap, (_, words) in mistakes.items():
            assert f"✗ {gap}" in checked
            assert words in checked
    assert "Hint 2 of 3" in learner.say("course", "hint", "scale_pixels")


# Counted among the code cells: Colab's, the setup, a look at the images, then the gap.
GAP_OF_SCALE_PIXELS = 3
GOOD = "def scale_pixels(images):\n    return images / 255.0"
STALE = {
    "def scale_pixels(images):\nreturn images / 255.0": "stopped with IndentationError",
    f"import nothing_of_that_name\n{GOOD}": "stopped with ModuleNotFoundError",
    f"divisor = two_hundred\n{GOOD}": "stopped with NameError",
    GOOD.replace("scale_pixels", "scale_pixles"): "defines `scale_pixles` now",
}


def test_a_stale_function_is_told_in_the_notebook_until_its_cell_runs(browser, images, tmp_path):
    from support.lab_session import Notebook

    learner = Learner(tmp_path, images)
    with learner.lab() as address:
        notebook = Notebook(browser, address, "reshape")
        notebook.run_cell(notebook.cell("from course import load_data"))
        answer_and_check(notebook, GOOD)
        notebook.wait_for_pass("scale_pixels", 60_000)
        for number, (broken, words) in enumerate(STALE.items()):
            answer_and_check(notebook, broken)
            told = notebook.check("scale_pixels").locator(".jp-OutputArea-output", has_text=words)
            told.wait_for()
            assert "What is checked here is the older function." in " ".join(
                told.inner_text().split()
            )
            notebook.picture(PICTURES / f"stale-{number}.png")
        answer_and_check(notebook, GOOD)
        notebook.wait_for_pass("scale_pixels", 60_000)
        answer_and_check(notebook, broken)
        told.wait_for()
        notebook.save()
        notebook.close()

    # The file is judged as it is, whatever the kernel still had.
    assert "✗ scale_pixels" in learner.say("course", "check", "reshape", status=1)


def answer_and_check(notebook, answer):
    """Put an answer into the cell of `scale_pixels`; run it, then its check."""
    gap = notebook.page.locator(".jp-CodeCell").nth(GAP_OF_SCALE_PIXELS)
    last_line = answer.splitlines()[-1].strip()
    for _ in range(3):  # a page that still moves can take a click for another cell's
        gap.locator(".cm-content").click()
        notebook.page.keyboard.press("Control+A")
        notebook.page.keyboard.insert_text(answer)
        if last_line in gap.locator(".cm-content").inner_text():
            break
    notebook.page.keyboard.press("Control+Enter")
    # Idle again: the cell's number is there in place of a star, so its outputs move nothing more.
    gap.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()
    notebook.run_cell(notebook.check("scale_pixels"))


def test_a_renamed_and_a_missing_notebook_are_not_lost(browser, images, tmp_path):
    from support.lab_session import Notebook

    learner = Learner(tmp_path, images)
    with learner.lab() as address:
        notebook = Notebook(browser, address, "reshape")
        notebook.type_answer("scale_pixels", GOOD)
        notebook.run_all()
        notebook.wait_for_pass("scale_pixels", 60_000)
        notebook.save()
        rename_in_lab(notebook, "reshape (1).ipynb")
        notebook.close()
    (learner.folder / "pooling" / "pooling.ipynb").unlink()
    mine = learner.folder / "reshape" / "reshape (1).ipynb"

    shown = learner.say("course", "status")
    first = learner.say("course", "submit", "--no-check", status=3)
    second = learner.say("course", "submit", "--yes", status=3)
    learner.say("course", "reset", "pooling")
    third = learner.say("course", "submit", "--no-check", "--use", mine)

    assert "Rename reshape/reshape (1).ipynb to reshape/reshape.ipynb" in shown
    assert "reshape/reshape.ipynb is missing" in " ".join(first.replace("│", " ").split())
    assert first.count("NOT packed") == 2
    assert "4 of 10" in second
    assert second.count("NOT packed") == 1
    assert "NOT packed" not in third
    with zipfile.ZipFile(learner.folder / "convpool-submission.zip") as archive:
        assert archive.read("reshape/reshape.ipynb") == mine.read_bytes()
        assert "pooling/pooling.ipynb" in archive.namelist()


def rename_in_lab(notebook, name):
    """Choose File ▸ Rename Notebook, and type another name."""
    notebook.page.get_by_role("menuitem", name="File", exact=True).click()
    notebook.page.get_by_text("Rename Notebook…").click()
    field = notebook.page.locator(".jp-Dialog input")
    field.fill(name)
    field.press("Enter")
    notebook.page.locator(".jp-Dialog").wait_for(state="detached")


def ask_for_hint(notebook, gap):
    """Type a call for a hint into the notebook's last cell whose code is not folded, and run it."""
    last = notebook.page.locator(".jp-CodeCell:has(.cm-content)").last
    last.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+A")
    notebook.page.keyboard.insert_text(f'import course\ncourse.hint("{gap}")')
    notebook.page.keyboard.press("Control+Enter")
    output = last.locator(".jp-RenderedMarkdown")
    output.wait_for()
    return output.inner_text()
