"""A prediction never stands in the way, is compared with what comes out, and says so in words."""

import re

import numpy as np
import pytest

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
        (-27, 27, "✗ Off by 54."),
        (0, 0, "✓ Exactly as you predicted."),
        ((3, 3), (3, 3), "✓ Exactly as you predicted."),
        ([3, 3], (3, 3), "✓ Exactly as you predicted."),
        ((5, 5), (3, 3), "✗ 0 of 2 numbers are as you predicted."),
        ((3, 3), (3, 3, 1), "✗ They differ in form."),
        ([[6, 2], [2, 9]], np.array([[6, 2], [2, 9]]), "✓ Exactly as you predicted."),
        ([[6, 2], [2, 8]], np.array([[6, 2], [2, 9]]), "✗ 3 of 4 numbers are as you predicted."),
        ("many", 3, "✗ The two are of different kinds."),
        ([[1], [1, 2]], np.array([1, 2]), "✗ The two are of different kinds."),
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
    assert 'Write one of "A", "B", "C".' in said(capsys)
    prediction.compare("A")
    assert "no prediction yet" in said(capsys)


def test_words_are_laid_beside_a_table_without_a_verdict(capsys) -> None:
    prediction = predict("What is the difference?", "more layers")
    capsys.readouterr()
    prediction.compare(table("the difference", ("dense", "CNN"), [("Flatten", "Conv2D")]))
    shown = said(capsys)
    assert "more layers" in shown
    assert "Conv2D" in shown
    assert "✓" not in shown
    assert "✗" not in shown


def test_in_a_notebook_both_forms_are_shown(monkeypatch) -> None:
    shown: list[Shown] = []
    monkeypatch.setattr("course.interactive.predicting._display", shown.append)
    predict("Is <b> bold?", "<i>").compare("<u>")
    for one in shown:
        bundle = one._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain"}
        assert "<i>" not in bundle["text/html"]
        assert "&lt;i&gt;" in bundle["text/html"]
        assert "<i>" in bundle["text/plain"]
    assert "&lt;b&gt;" in shown[0].html


def test_a_picture_stands_above_its_choices(monkeypatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr("course.interactive.predicting._display", shown.append)
    picture = plots.images({"A": [[0.0]]}, "An image.", "Words.")
    predict("Which one?", "A", choices=CHOICES, picture=picture)
    assert shown[0] is picture


def test_every_text_brings_its_own_ink_and_ground_for_dark_themes(monkeypatch) -> None:
    shown: list[Shown] = []
    monkeypatch.setattr("course.interactive.predicting._display", shown.append)
    predict("Which?", [[1, 2], [3, 4]]).compare([[1, 2], [3, 5]])
    for tag in ("caption", "th", "td", "pre"):
        # A notebook's theme colors these tags by itself; what they inherit may be white on white.
        for style in re.findall(rf'<{tag}\b[^>]*style="([^"]*)"', shown[1].html):
            assert "color:#1a1c1e" in style
        assert f"<{tag}" in shown[1].html
