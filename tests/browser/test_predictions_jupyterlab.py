"""Every prediction of the lesson, answered by keyboard in the real JupyterLab."""

import os
import re

import pytest
from support.small_images import write_few_images

pytestmark = pytest.mark.slow

BOX = ".convpool-answer input"
WRONG = {"such as (": "7, 7, 7, 7", "such as [": "1 2 3 4 5", "a number": "123456"}

# Whether a cell is running or waits for its turn.
WAITING = (
    "Array.from(document.querySelectorAll('.jp-InputPrompt'))"
    ".some(prompt => prompt.textContent.includes('*'))"
)


@pytest.fixture(scope="module")
def lesson(browser, tmp_path_factory):
    """The lesson, open in JupyterLab as a learner has it, on few images."""
    from support.lab_session import Notebook, course_lab

    home = tmp_path_factory.mktemp("home")
    images = write_few_images(home)
    with course_lab(
        tmp_path_factory.mktemp("learner"),
        home,
        NBGRADER_EXECUTION="",  # as a learner: nothing is being graded
        CONVPOOL_SUBSET_DIR=str(images),
        COURSE_CACHE_DIR=str(home / "cache"),
    ) as address:
        notebook = Notebook(browser, address, "lesson.ipynb", width=1400)
        notebook.page.set_viewport_size({"width": 1400, "height": 1000})
        yield notebook
        notebook.close()


def run_to_the_end(notebook):
    """Run all cells, and wait for the last prediction's cell and for the kernel."""
    notebook.run_all()
    notebook.page.wait_for_function(WAITING, timeout=60_000)
    notebook.page.wait_for_function(f"!({WAITING})", timeout=600_000)


def answer(notebook, guess):
    """Answer the first open question by keyboard; return the result and what is said of it."""
    page = notebook.page
    box = page.locator(BOX).first
    asked = box.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' jp-CodeCell ')]")
    name = re.search(r"(\w+) = predict\(", asked.inner_text())[1]
    shown = notebook.cell(f"with {name}.reveal()")
    before = shown.inner_text()
    assert "The result appears here" in before, name
    assert "you predicted" not in before, name
    box.scroll_into_view_if_needed()
    if os.environ.get("PREDICTION_PICTURES"):
        page.screenshot(path=f"{os.environ['PREDICTION_PICTURES']}/{name}.png")
    box.focus()
    page.keyboard.insert_text(guess(name, box.get_attribute("placeholder") or ""))
    page.keyboard.press("Enter")
    if name == "your_difference":  # free words stand above a table, without a verdict
        shown.get_by_text("you predicted: ").wait_for()
        return name, "more layers", False, False
    table = shown.locator("table", has_text="you predicted")
    table.wait_for()
    result = table.locator("tbody td").nth(1).inner_text()
    # The result was not to be read in the folded cell; now its code is unfolded too.
    assert "The result appears here" not in shown.inner_text(), name
    shown.get_by_text(".compare(").first.wait_for()
    said = table.locator("xpath=..").inner_text()
    return name, result, "✓" in said, "✗" in said


def test_every_prediction_is_answered_rightly_and_wrongly_by_keyboard(lesson):
    def at_random(name, example):
        choice = "Bag" if name == "hard_class" else "A"
        return next((words for start, words in WRONG.items() if example.startswith(start)), choice)

    run_to_the_end(lesson)
    results, verdicts = {}, {}
    open_questions = lesson.page.locator(BOX).count()
    assert open_questions >= 20
    for _ in range(open_questions):
        name, result, right, wrong = answer(lesson, at_random)
        results[name], verdicts[name] = result, {right}
        assert right != wrong or name == "your_difference", name

    def the_other(name, example):
        letter = re.match(r"([A-E])(?:: |$)", results[name])
        if "click" not in example:
            return results[name].replace("\n", " ")
        is_right = True in verdicts[name]
        if letter:
            return next(o for o in "AB" if o != letter[1]) if is_right else letter[1]
        return "Coat" if is_right else results[name]

    run_to_the_end(lesson)
    for _ in range(open_questions):
        name, _, right, _ = answer(lesson, the_other)
        verdicts[name].add(right)

    del verdicts["your_difference"]  # free words have no verdict
    assert {name for name, found in verdicts.items() if found != {True, False}} == set()
