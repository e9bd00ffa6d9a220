"""The quiz in JupyterLab: what jupyterquiz is given, and that it is given quietly."""

import json
import subprocess
import sys

import pytest

from course.errors import QuizError
from course.quiz import practice_bank, read_bank
from course.quiz.jupyter import as_jupyterquiz, choose_questions

ALL = choose_questions(practice_bank(), "all", seed=4)


def test_lesson_names_the_three_questions_all_the_bank_and_a_topic_its_own():
    bank = practice_bank()

    lesson = choose_questions(bank, "lesson")
    pooling = choose_questions(bank, "pooling")

    assert [q.id for q in lesson] == ["lesson-convolution", "lesson-pooling", "lesson-training"]
    assert {q.topic for q in pooling} == {"pooling"}
    assert len(choose_questions(bank, "all")) == len(bank.questions)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(QuizError, match=r"'boats' is no topic.*\"lesson\", \"all\" or one of conv"):
        choose_questions(practice_bank(), "boats")


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
def test_every_answer_carries_feedback_and_the_right_ones_are_marked(question):
    given = as_jupyterquiz(question)

    assert json.loads(json.dumps(given)) == given
    assert all(answer["feedback"] for answer in given["answers"])
    if question.kind == "numeric":
        right = [answer["value"] for answer in given["answers"] if answer.get("correct")]
        assert right == [question.key]
        assert given["answers"][-1]["type"] == "default"
    else:
        assert [a["correct"] for a in given["answers"]] == [o.right for o in question.options]
        several = question.kind == "multiple"
        assert given["type"] == ("many_choice" if several else "multiple_choice")


def test_text_that_looks_like_html_latex_or_a_link_is_shown_as_it_is(tmp_path):
    path = tmp_path / "bank.md"
    path.write_text(
        "# T\n\n## x\n\ntopic: cost\nlesson: #cost\n\nCosts $5 or $6 <script>alert(1)</script>?\n\n"
        "- [x] `a[0](b)` <img src=x onerror=alert(1)>\n  > Why $1 [x](javascript:alert(1))\n"
        "- [ ] B\n  > ![y](https://example.org/y.png)\n",
        encoding="utf-8",
    )

    given = as_jupyterquiz(choose_questions(read_bank(path), "all")[0])

    text = json.dumps(given)
    assert "$" not in text
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text
    assert "a&#91;0&#93;(b)" in text


def test_showing_the_quiz_needs_no_network_and_leaves_stderr_empty():
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "import course\n"
        "course.show_quiz(); course.show_quiz('pooling', seed=3); course.show_quiz('all')\n"
        "import sys\n"
        "assert 'tensorflow' not in sys.modules and 'matplotlib' not in sys.modules\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_cells_output_holds_every_question_and_fetches_nothing(monkeypatch):
    import IPython.display
    import jupyterquiz.dynamic.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda item: shown.append(item.data))
    monkeypatch.setattr(
        jupyterquiz.dynamic.display, "display", lambda item: shown.append(item.data)
    )
    import course

    course.show_quiz("all", seed=4)

    output = "\n".join(shown)
    for question in ALL:
        assert json.dumps(as_jupyterquiz(question)["question"])[1:-1] in output
    assert "fetch(" not in output


def test_practice_links_into_the_lesson_and_the_lesson_into_itself() -> None:
    question = next(one for one in ALL if one.kind != "numeric")
    in_practice, in_lesson = str(as_jupyterquiz(question)), str(as_jupyterquiz(question, ""))
    assert 'href="lesson.ipynb#' in in_practice
    assert 'href="#' not in in_practice
    assert 'href="#' in in_lesson
