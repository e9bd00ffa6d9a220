"""A prediction never stands in the way, is compared with what comes out, and says so in words."""

import re

import numpy as np
import pytest
from support.watched_kernel import watched_kernel

from course import plots
from course.interactive.display import Shown, table
from course.interactive.predicting import predict

CHOICES = {"A": "upright lines", "B": "lines that lie", "C": "nothing"}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def verdict(guess, actual, capsys, **how) -> str:
    prediction = predict("How many?", guess)
    capsys.readouterr()
    prediction.compare(actual, **how)
    return said(capsys).splitlines()[-1]


def test_without_a_guess_the_cell_says_what_to_do(capsys) -> None:
    assert predict("How many?").guess is None
    assert "Write it in place of None" in said(capsys)


def test_a_guess_is_noted(capsys) -> None:
    predict("How many?", 30)
    assert "Noted: 30. Now run the next cell." in said(capsys)


def test_without_a_guess_the_result_is_shown_all_the_same(capsys) -> None:
    prediction = predict("How many?")
    capsys.readouterr()
    prediction.compare(50.25, unit="%")
    shown = said(capsys)
    assert "no prediction yet" in shown
    assert "50.25 %" in shown
    assert "✓" not in shown
    assert "✗" not in shown


@pytest.mark.parametrize(
    ("guess", "actual", "words"),
    [
        (27, 27, "✓ Exactly as you predicted."),
        (50, 50.25, "✓ Close: off by 0.25."),
        (30, 50.0, "✗ Off by 20."),
        (9, 10, "✗ Off by 1."),
        (9.5, 10.0, "✓ Close: off by 0.50."),
        (-27, 27, "✗ Off by 54."),
        (0, 0, "✓ Exactly as you predicted."),
        ((3, 3), (3, 3), "✓ Exactly as you predicted."),
        ([3, 3], (3, 3), "✓ Exactly as you predicted."),
        ((5, 5), (3, 3), "✗ 0 of 2 numbers are as you predicted."),
        ((3, 3), (3, 3, 1), "✗ You predicted 2 numbers; the result is 3 numbers."),
        ([6, 2, 2, 9], np.array([[6, 2], [2, 9]]), "✓ Exactly as you predicted."),
        ([[6, 2], [2, 9]], np.array([[6, 2], [2, 9]]), "✓ Exactly as you predicted."),
        ([[6, 2], [2, 8]], np.array([[6, 2], [2, 9]]), "✗ 3 of 4 numbers are as you predicted."),
        ([[1], [1, 2]], np.array([1, 2]), "✗ Your prediction can't be compared"),
    ],
)
def test_a_guess_is_compared_with_the_result(guess, actual, words, capsys) -> None:
    assert verdict(guess, actual, capsys).startswith(words)


def test_a_note_follows_the_verdict(capsys) -> None:
    assert verdict(27, 27, capsys, note="By 3 × 9.").endswith("predicted. By 3 × 9.")


@pytest.mark.parametrize(("guess", "mark"), [("A", "✓"), ("B", "✗")])
def test_a_choice_is_shown_with_what_it_stands_for(guess, mark, capsys) -> None:
    prediction = predict("What will it show?", guess, choices=CHOICES)
    assert f"Noted: {guess}: {CHOICES[guess]}." in said(capsys)
    prediction.compare("A")
    shown = said(capsys)
    assert f"{guess}: {CHOICES[guess]}" in shown
    assert "A: upright lines" in shown
    assert mark in shown


@pytest.mark.parametrize("guess", ["D", 1, [1, 2], np.array([1, 2]).tolist()])
def test_what_is_no_choice_is_said_and_not_compared(guess, capsys) -> None:
    prediction = predict("What will it show?", guess, choices=CHOICES)
    assert "Write one of A, B, C." in said(capsys)
    prediction.compare("A")
    assert "no prediction yet" in said(capsys)


def test_words_are_laid_beside_a_table_without_a_verdict(capsys) -> None:
    prediction = predict("What is the difference?", "more layers", like="")
    capsys.readouterr()
    prediction.compare(table("the difference", ("dense", "CNN"), [("Flatten", "Conv2D")]))
    shown = said(capsys)
    assert "more layers" in shown
    assert "Conv2D" in shown
    assert "✓" not in shown
    assert "✗" not in shown


def test_in_a_notebook_both_forms_are_shown(monkeypatch) -> None:
    shown: list[Shown] = []
    monkeypatch.setattr("course.interactive.predicting.show_below", shown.append)
    predict("Is <b> bold?", "<i>", like="").compare("<u>")
    for one in shown:
        bundle = one._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain"}
        assert "<i>" not in bundle["text/html"]
        assert "&lt;i&gt;" in bundle["text/html"]
        assert "<i>" in bundle["text/plain"]
    assert "&lt;b&gt;" in shown[0].html


def test_a_picture_stands_above_its_choices(monkeypatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr("course.interactive.predicting.show_below", shown.append)
    picture = plots.images({"A": [[0.0]]}, "An image.", "Words.")
    predict("Which one?", "A", choices=CHOICES, picture=picture)
    assert shown[0] is picture


def test_every_text_brings_its_own_ink_and_ground_for_dark_themes(monkeypatch) -> None:
    shown: list[Shown] = []
    monkeypatch.setattr("course.interactive.predicting.show_below", shown.append)
    predict("Which?", [[1, 2], [3, 4]]).compare([[1, 2], [3, 5]])
    for tag in ("caption", "th", "td", "pre"):
        # A notebook's theme colors these tags by itself; what they inherit may be white on white.
        for style in re.findall(rf'<{tag}\b[^>]*style="([^"]*)"', shown[1].html):
            assert "color:var(--jp-content-font-color1,#1a1c1e)" in style
            assert "background:var(--jp-layout-color0,#ffffff)" in style
        assert f"<{tag}" in shown[1].html


@pytest.mark.parametrize("typed", ["0.82", "82", "82 %", "82%", "about 82", ".82", "82,0"])
def test_a_share_may_be_typed_as_a_fraction_or_in_per_cent(typed, capsys) -> None:
    assert verdict(typed, 82.0, capsys, unit="%") == "✓ Exactly as you predicted."


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("1", "1 %"), ("1%", "1 %"), ("0.5%", "0.50 %"), ("0.5 per cent", "0.50 %")],
)
def test_a_small_number_of_per_cent_is_no_fraction(typed, shown, capsys) -> None:
    prediction = predict("How many?", typed, like=0)
    capsys.readouterr()
    prediction.compare(50.0, unit="%")

    assert re.search(rf"\b{shown}", capsys.readouterr().out)


def test_an_exact_count_is_exact_however_large(capsys) -> None:
    assert verdict(60_000_001, 60_000_000, capsys).startswith("✗ Off by 1.")
    assert verdict((1, 60_000_001), (1, 60_000_000), capsys).startswith("✗")


def test_the_reminder_to_predict_comes_once(capsys, monkeypatch) -> None:
    monkeypatch.setattr("course.interactive.predicting.REMINDER.is_due", True)
    for _ in range(3):
        predict("How many?").compare(3)
    assert said(capsys).count("Next time predict first") == 1


def test_several_numbers_in_place_of_none_are_a_shape(capsys) -> None:
    prediction = predict("Which shape?", 3, 3, like=(1, 2))
    prediction.compare((3, 3))
    assert "✓ Exactly as you predicted." in said(capsys)


def test_a_block_shows_at_once_what_it_has_where_there_is_no_box(capsys) -> None:
    prediction = predict("How many?")
    with prediction.reveal():
        print("worked out")
        prediction.compare(3)
        prediction.explain(
            """
            Because **three**
            are enough.
            """
        )
    assert said(capsys).endswith("enough.\n")


ASK = """
from course.interactive.predicting import predict
question = predict("Lay the kernel on it. Which number?", None)
"""
REVEAL = """
with question.reveal():
    print("the window")
    question.compare(27)
    question.explain("By 3 × **9**.")
"""


@pytest.fixture(scope="module")
def kernel():
    with watched_kernel() as started:
        yield started


def test_the_result_is_held_back_until_the_answer_is_typed(kernel) -> None:
    asked = kernel.run(ASK)
    assert "application/vnd.jupyter.widget-view+json" in asked

    waiting = kernel.run(REVEAL)
    assert "The result appears here" in waiting
    assert "27</td>" not in waiting
    assert "the window" not in waiting
    assert "By 3" not in waiting

    answered = kernel.run("question._box._text.value = '26'")
    for part in ("Noted: 26.", "the window", "27</td>", "✗ Off by 1.", "By 3 × **9**."):
        assert part in answered


def test_what_can_not_be_read_is_said_and_asked_again(kernel) -> None:
    kernel.run(ASK)
    said = kernel.run("question._box._text.value = 'many'; print(question._box._message.value)")
    assert "many is not a number" in said
    assert "Noted" not in said
    assert "Noted: 27." in kernel.run("question._box._text.value = '27'")


def test_after_skip_the_result_is_shown(kernel) -> None:
    kernel.run(ASK)
    assert "27</td>" not in kernel.run(REVEAL)
    assert "27</td>" in kernel.run("question._box._skip()")


def test_a_result_is_shown_at_once_when_its_question_was_answered(kernel) -> None:
    kernel.run(ASK + "question._box._text.value = '27'")
    assert "✓ Exactly as you predicted." in kernel.run(REVEAL)


def test_an_error_in_a_block_shows_what_came_before_it(kernel) -> None:
    failing = """
from course.interactive.predicting import predict
question = predict("How many?", None)
try:
    with question.reveal():
        print("before")
        1 / 0
except ZeroDivisionError:
    print("failed")
"""
    assert "before" in kernel.run(failing)
