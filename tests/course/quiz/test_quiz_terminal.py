"""The quiz in the terminal: one question at a time, resumed after Ctrl-C, readable when piped."""

import io
import json
import os
import subprocess
import sys

import pytest
from rich.console import Console

from course.errors import QuizError
from course.quiz import practice_bank
from course.quiz.question import number_text
from course.quiz.scoring import score
from course.quiz.terminal import parse_answer, run_terminal_quiz
from course.quiz.variants import select


class Typist:
    """Types prepared lines; an exception among them is raised, and the end is the input's end."""

    def __init__(self, lines):
        self.lines = list(lines)

    def __call__(self):
        if not self.lines:
            raise EOFError
        line = self.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return line


def quiz(folder, lines, **options):
    """Run a quiz; return its result and what was shown, line breaks of the wrapping undone."""
    screen = io.StringIO()
    console = Console(file=screen, width=100, highlight=False)
    result = run_terminal_quiz(folder=folder, read=Typist(lines), console=console, **options)
    return result, " ".join(screen.getvalue().split())


def keys(**options):
    chosen = {"topic": None, "number": None, "seed": 0} | options
    return [number_text(q.key) for q in select(practice_bank(), **chosen)]


def test_right_answers_to_all_questions_earn_full_marks(tmp_path):
    result, text = quiz(tmp_path, keys(seed=2), seed=2)

    earned, possible = result.total
    assert result.finished
    assert earned == possible == 2 * len(practice_bank().questions)
    assert "Full marks: nothing to read again." in text
    assert "✗ Not right" not in text


def test_wrong_answers_are_explained_and_name_what_to_read_again(tmp_path):
    question = select(practice_bank(), "output-size", None, 0)[0]

    result, text = quiz(tmp_path, ["1", "1", "1"], topic="output-size")

    assert result.total == (0, 6)
    assert " ".join(question.explanation.split())[:60] in text
    assert f"The number is {question.key}." in text
    assert "Output sizes │ 0 of 6" in text
    assert "Read again: 9. Reading model.summary() line by line" in text


def test_a_known_mistake_is_met_with_its_own_explanation(tmp_path):
    question = select(practice_bank(), "output-size", None, 0)[0]

    _, text = quiz(tmp_path, [str(question.mistakes[0].value)], topic="output-size")

    assert " ".join(question.mistakes[0].explanation.split())[:60] in text


def test_ctrl_c_keeps_the_answers_and_the_same_command_goes_on(tmp_path):
    right = keys(topic="pooling")
    first, text = quiz(tmp_path, [*right[:2], KeyboardInterrupt()], topic="pooling")

    second, more = quiz(tmp_path, right[2:], topic="pooling")

    assert not first.finished
    assert len(first.answers) == 2
    assert "3 questions left" in text
    assert "Going on: 2 of them were answered earlier." in more
    assert "Question 1 of 5" not in more
    assert "Question 3 of 5" in more
    assert second.finished
    assert second.total == (10, 10)
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_the_input_stops_like_ctrl_c(tmp_path):
    result, text = quiz(tmp_path, ["b"], topic="kernels", seed=1)

    assert not result.finished
    assert "Stopped with" in text


def test_restart_forgets_the_answers(tmp_path):
    quiz(tmp_path, ["a"], topic="cost")

    result, text = quiz(tmp_path, [], topic="cost", restart=True)

    assert result.answers == {}
    assert "Going on" not in text


def test_another_seed_or_topic_has_progress_of_its_own(tmp_path):
    quiz(tmp_path, ["a"], topic="cost")

    _, text = quiz(tmp_path, [], topic="cost", seed=1)

    assert "Going on" not in text


@pytest.mark.parametrize("kept", ["", "{", "[1, 2]", '{"boats": "a"}', "\x00"])
def test_damaged_progress_counts_as_none(tmp_path, kept):
    quiz(tmp_path, ["a"], topic="cost")
    (file,) = tmp_path.iterdir()
    file.write_text(kept, encoding="utf-8")

    result, text = quiz(tmp_path, keys(topic="cost"), topic="cost")

    assert "Going on" not in text
    assert result.finished


def test_a_folder_that_cannot_be_written_is_said_and_does_not_stop_the_quiz(tmp_path):
    (tmp_path / "file").write_text("in the way")

    result, text = quiz(tmp_path / "file" / "folder", keys(topic="cost"), topic="cost")

    assert result.finished
    assert "Progress cannot be kept" in text


def test_what_does_not_answer_is_asked_again_and_enter_skips(tmp_path):
    result, text = quiz(tmp_path, ["7 px", "zz", "[bold]", "", "a"], number=2, topic="cost")

    assert text.count("does not answer this question") == 3
    assert "'[bold]'" in text
    assert "Skipped." in text
    assert next(iter(result.answers.values())) is None


def test_number_asks_that_many_and_the_seed_chooses_them(tmp_path):
    bank = practice_bank()
    ids = [q.id for q in bank.questions]

    draws = [[q.id for q in select(bank, None, 5, seed)] for seed in range(5)]

    assert all(len(draw) == 5 for draw in draws)
    assert all(sorted(draw, key=ids.index) == draw for draw in draws)
    assert len({tuple(draw) for draw in draws}) > 1
    assert len(select(bank, None, 1000, 0)) == len(ids)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"topic": "boats"}, r"'boats'.*Choose one of convolution"),
        ({"number": 0}, "at least 1"),
        ({"number": -3}, "at least 1"),
    ],
)
def test_an_unknown_topic_or_number_is_refused(tmp_path, options, words):
    with pytest.raises(QuizError, match=words):
        quiz(tmp_path, [], **options)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("26", 26), (" 26.0 ", 26), ("243,786", 243786), ("−27", -27), ("+3", 3), ("4.25", 4.25)],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    question = next(q for q in select(practice_bank(), None, None, 0) if q.kind == "numeric")

    assert parse_answer(question, typed) == number


@pytest.mark.parametrize("typed", ["3,5", "26 px", "1e3", "nan", "0x1a", "", "1.", "--1", "٣x"])
def test_what_is_no_plain_number_is_not_guessed_at(typed):
    question = next(q for q in select(practice_bank(), None, None, 0) if q.kind == "numeric")

    assert parse_answer(question, typed) is None


def test_letters_are_read_in_any_order_and_case():
    question = next(q for q in select(practice_bank(), None, None, 0) if q.kind == "multiple")

    assert parse_answer(question, " C, a ") == "ac"
    assert score(question, parse_answer(question, question.key.upper())) == 1.0
    assert parse_answer(question, "az") is None


def piped(tmp_path, answers, **environment):
    code = "from course.quiz.terminal import run_terminal_quiz as run; run(topic='pooling')"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=answers,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "COURSE_STATE_DIR": str(tmp_path), **environment},
    )


@pytest.mark.parametrize(
    "environment",
    [{}, {"NO_COLOR": "1", "FORCE_COLOR": ""}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}],
    ids=["piped", "no color", "dumb terminal", "ascii only"],
)
def test_piped_it_works_without_a_single_escape_sequence(tmp_path, environment):
    answers = "\n".join(keys(topic="pooling")) + "\n"

    done = piped(tmp_path, answers.encode(), **environment)

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout
    assert b"10 of 10" in done.stdout


def test_progress_is_plain_json_in_the_users_own_folder(tmp_path):
    piped(tmp_path, b"a\n")

    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {"lesson-pooling": "a"}
