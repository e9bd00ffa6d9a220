"""Every prediction of every notebook, answered by keyboard in the real JupyterLab."""

import os
import re
from contextlib import ExitStack

import pytest
from support.learner_folder import answer as answer_gaps
from support.small_images import write_few_images

pytestmark = pytest.mark.slow

EXERCISES = ("reshape", "convolution", "pooling", "cnn")
BOX = ".convpool-answer input"
WRONG = {"such as (": "7, 7, 7, 7", "such as [": "1 2 3 4 5", "a number": "123456"}

# Whether a cell is running or waits for its turn.
WAITING = (
    "Array.from(document.querySelectorAll('.jp-InputPrompt'))"
    ".some(prompt => prompt.textContent.includes('*'))"
)


# The number of the cell that ran last.
COUNT = (
    "Math.max(0, ...Array.from(document.querySelectorAll('.jp-InputPrompt'))"
    ".map(prompt => Number(prompt.textContent.replace(/\\D/g, ''))))"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of JupyterLab as a learner has it, on few images, with all gaps filled."""
    from support.lab_session import course_lab

    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("learner")
    with course_lab(
        folder,
        home,
        NBGRADER_EXECUTION="",  # as a learner: nothing is being graded
        CONVPOOL_SUBSET_DIR=str(write_few_images(home)),
        COURSE_CACHE_DIR=str(home / "cache"),
    ) as address:
        for assignment in EXERCISES:
            answer_gaps(folder, assignment)
        yield address


@pytest.fixture
def opened(browser, lab):
    """Opens a notebook of the learner's folder in a window of its own."""
    from support.lab_session import Notebook

    with ExitStack() as stack:

        def opening(name):
            notebook = Notebook(browser, lab, name, width=1400)
            stack.callback(notebook.close)
            notebook.page.set_viewport_size({"width": 1400, "height": 1000})
            return notebook

        yield opening


def run_to_the_end(notebook):
    """Run all cells, and wait for the last one; a short notebook has run before one can look."""
    before = notebook.page.evaluate(COUNT)
    notebook.run_all()
    notebook.page.wait_for_function(f"{COUNT} > {before} && !({WAITING})", timeout=500_000)


def assert_not_shown(asked, result, name):
    """Fail if an output below a question shows its result, except as one of several choices.

    A number of one or two digits stands in many an output and tells nothing.
    """
    if len(result) < 3 or re.match(r"[A-E](?:: |$)", result) or name == "hard_class":
        return
    outputs = asked.locator("xpath=following::*[contains(@class, 'jp-OutputArea-output')]")
    text = "\n".join(outputs.all_inner_texts())
    assert result not in text, (name, result)


def answer(notebook, guess, hidden=None):
    """Answer the first open question by keyboard; return the result and what is said of it.

    `hidden` are the results of an earlier run: no output below the question shows its own.
    """
    page = notebook.page
    box = page.locator(BOX).first
    asked = box.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' jp-CodeCell ')]")
    name = re.search(r"(\w+) = predict\(", asked.inner_text())[1]
    shown = notebook.cell(f"with {name}.reveal()")
    # A cell's number can stand there before its outputs do.
    shown.get_by_text("The result appears here").wait_for()
    assert "you predicted" not in shown.inner_text(), name
    if hidden is not None:
        assert_not_shown(asked, hidden[name], name)
    box.scroll_into_view_if_needed()
    if os.environ.get("PREDICTION_PICTURES"):
        looks = "light" if hidden is None else "dark"
        page.screenshot(path=f"{os.environ['PREDICTION_PICTURES']}/{name}-{looks}.png")
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


def at_random(name, example):
    choice = "Bag" if name == "hard_class" else "A"
    return next((words for start, words in WRONG.items() if example.startswith(start)), choice)


def the_other(name, example, result, was_right):
    """Return the right answer where the first was wrong, and a wrong one where it was right."""
    letter = re.match(r"([A-E])(?:: |$)", result)
    if "click" not in example:
        return result.replace("\n", " ")
    if letter:
        return next(o for o in "AB" if o != letter[1]) if was_right else letter[1]
    return "Coat" if was_right else result


def assert_choices_are_whole(page):
    """Fail if words of a choice are cut off, in a wide window or in a narrow one."""
    for width in (480, 800, 1400):
        page.set_viewport_size({"width": width, "height": 1000})
        cut = page.locator(".convpool-choice").evaluate_all(
            "found => found.filter(one => one.scrollWidth > one.clientWidth"
            " || one.scrollHeight > one.clientHeight).map(one => one.textContent)"
        )
        assert cut == [], width


def look(page, scheme, width):
    """Show JupyterLab light or dark, in a window of a width."""
    page.set_viewport_size({"width": width, "height": 1000})
    page.emulate_media(color_scheme=scheme)
    is_light = "true" if scheme == "light" else "false"
    page.locator(f"body[data-jp-theme-light={is_light}]").wait_for(state="attached")


def answer_all(notebook, at_least):
    """Answer every prediction twice, the second time as differs; return what was said of each.

    The first time is in a wide window and light, the second in a narrow one and dark.
    """
    run_to_the_end(notebook)
    results, verdicts = {}, {}
    open_questions = notebook.page.locator(BOX).count()
    assert open_questions >= at_least
    assert_choices_are_whole(notebook.page)
    look(notebook.page, "light", 1400)
    for _ in range(open_questions):
        name, result, right, wrong = answer(notebook, at_random)
        results[name], verdicts[name] = result, {right}
        assert right != wrong or name == "your_difference", name

    def differing(name, example):
        return the_other(name, example, results[name], True in verdicts[name])

    look(notebook.page, "dark", 800)
    run_to_the_end(notebook)
    for _ in range(open_questions):
        name, _, right, _ = answer(notebook, differing, hidden=results)
        verdicts[name].add(right)
    return verdicts


@pytest.mark.parametrize(
    ("notebook", "questions"),
    [
        ("lesson.ipynb", 20),
        # It trains ten networks.
        pytest.param("further.ipynb", 8, marks=pytest.mark.measured),
        *((f"{name}/{name}.ipynb", 1) for name in EXERCISES),
    ],
)
def test_every_prediction_is_answered_rightly_and_wrongly_by_keyboard(opened, notebook, questions):
    verdicts = answer_all(opened(notebook), questions)

    verdicts.pop("your_difference", None)  # free words have no verdict
    assert {name for name, found in verdicts.items() if found != {True, False}} == set()
