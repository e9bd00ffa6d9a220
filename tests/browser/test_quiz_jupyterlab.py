"""The practice quiz answered inside a real JupyterLab, without a network beyond this machine."""

import os
import re
import subprocess
import sys
import threading

import nbformat
import pytest

from course.quiz import practice_bank
from course.quiz.jupyter import choose_questions
from course.quiz.question import number_text

SEED = 4
HALF_MINUTE = 30_000
IN_VIEW = """heading => {
    const place = heading.getBoundingClientRect();
    return place.top >= 0 && place.bottom <= innerHeight;
}"""
READY = re.compile(r"http://127\.0\.0\.1:(\d+)/lab")


def write_notebook(path, *cells):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab on a free port with settings of its own; yield the notebook's address."""
    work = tmp_path / "work"
    work.mkdir()
    write_notebook(
        work / "quiz.ipynb",
        nbformat.v4.new_markdown_cell("Mathematics, so that MathJax is loaded: $x^2$"),
        nbformat.v4.new_code_cell(f"import course\ncourse.show_quiz('all', seed={SEED})"),
    )
    write_notebook(
        work / "lesson.ipynb",
        nbformat.v4.new_markdown_cell("A long text.\n\n" * 60),
        nbformat.v4.new_markdown_cell("## 10. Dense against CNN"),
        nbformat.v4.new_markdown_cell("A long text.\n\n" * 60),
    )
    own = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", "--port=0", "--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--ServerApp.log_level=INFO"]
    with subprocess.Popen(
        command, cwd=work, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True
    ) as server:
        port = next((found.group(1) for found in map(READY.search, server.stderr) if found), None)
        # A pipe that nobody reads fills up, and the server would stop.
        drain = threading.Thread(target=server.stderr.read, daemon=True)
        drain.start()
        try:
            assert port, "JupyterLab did not start"
            yield f"http://127.0.0.1:{port}/lab/tree/quiz.ipynb"
        finally:
            server.terminate()
            drain.join(timeout=60)


@pytest.mark.slow
def test_every_question_is_answered_in_jupyterlab_with_its_feedback(browser, lab):
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(HALF_MINUTE)
    elsewhere, errors = [], []
    page.on(
        "request",
        lambda r: (
            None
            if "127.0.0.1" in r.url or r.url.startswith(("data:", "blob:"))
            else elsewhere.append(r.url)
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(lab)
    page.get_by_text("| Idle").wait_for()
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".Quiz").last.wait_for()

    boxes = page.locator(".Quiz")
    questions = choose_questions(practice_bank(), "all", SEED)
    assert boxes.count() == len(questions)
    for place, question in enumerate(questions):
        box = boxes.nth(place)
        feedback = box.locator(".Feedback")
        if question.kind == "numeric":
            for number, verdict in (
                (question.mistakes[0].value, "✗ Not right."),
                (question.key, "✓ Right."),
            ):
                box.locator("input").fill(number_text(number).replace("−", "-").replace(",", ""))
                box.locator("input").press("Enter")
                assert feedback.inner_text().startswith(verdict), question.id
        else:
            for option in question.options:
                box.locator("label").nth(question.letters.index(option.letter)).click()
                verdict = "✓ Right." if option.right else "✗ Not right."
                assert feedback.inner_text().startswith(verdict), question.id
        assert "undefined" not in feedback.inner_text()
    lessons_third = boxes.nth(2)
    lessons_third.get_by_text("Faster", exact=False).last.click()
    lessons_third.get_by_role("link", name="10. Dense against CNN").click()
    section = page.get_by_role("heading", name="10. Dense against CNN")
    section.wait_for()
    page.wait_for_function(IN_VIEW, arg=section.element_handle())
    assert page.context.pages == [page]
    page.get_by_role("tab", name="quiz.ipynb").click()
    assert elsewhere == []
    assert errors == []
    if os.environ.get("QUIZ_SCREENSHOT"):
        boxes.nth(3).scroll_into_view_if_needed()
        page.screenshot(path=os.environ["QUIZ_SCREENSHOT"])
