"""Asks for a prediction before a cell is run, and compares it with the result.

    empty = predict("Of 100 pixels, how many are 0?", 30)
    empty.compare(50.2)

The guess is a value that the learner writes into the cell, so no widget is needed. Without a guess
the notebook still runs, and the comparison shows the result alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from course.interactive.display import Shown, box, table
from course.plots.picture import Picture

# A guess is close if it differs by at most this share of the result.
CLOSE = 0.1
_EMPTY = "no prediction yet"
_SURPRISE = "A surprise like this is what one remembers: find out why."
_LATER = "Next time predict first: what you commit to, you remember."


@dataclass(frozen=True)
class Prediction:
    """A learner's prediction, to be compared with the result."""

    question: str
    guess: Any
    choices: Mapping[str, str]

    @property
    def problem(self) -> str:
        """What is wrong with the guess; "" if nothing is."""
        if self.guess is None:
            return "No prediction yet. Write it in place of None and run this cell again."
        if self.choices and self.guess not in list(self.choices):
            return f"{self.guess!r} is no choice. Write one of {_listed(self.choices)}."
        return ""

    def compare(self, actual: Any, unit: str = "", note: str = "") -> None:
        """Show the prediction and the result side by side, and how far apart they are.

        `actual` is a number, a shape, an array, a letter of the choices, or a Shown.
        """
        is_usable = not self.problem
        left = self._cell(self.guess, unit) if is_usable else _EMPTY
        right, judgment = actual, ""
        if not isinstance(actual, Shown):
            right = self._cell(actual, unit)
            judgment = self._judgment(actual) if is_usable else _LATER
        words = " ".join(filter(None, (judgment, note)))
        _display(table(self.question, ("you predicted", "it is"), [(left, right)], words))

    def _cell(self, value: Any, unit: str) -> str | Shown:
        """Write a guess or a result; an array of several rows in a monospaced font."""
        words = self._words(value, unit)
        if "\n" not in words:
            return words
        pre = '<pre style="margin:0;color:#1a1c1e;background:#ffffff">'
        return Shown(f"{pre}{escape(words)}</pre>", words)

    def _words(self, value: Any, unit: str) -> str:
        """Write a guess or a result as text."""
        if isinstance(value, str):
            return f"{value}: {self.choices[value]}" if self.choices.get(value) else value
        if isinstance(value, (tuple, list, np.ndarray)):
            return _array_words(value)
        return f"{_number_words(value)} {unit}".strip()

    def _judgment(self, actual: Any) -> str:
        """Say whether the guess is right, and how far it is off."""
        if isinstance(actual, str):
            if not self.choices:
                return ""
            return "✓ As you predicted." if self.guess == actual else f"✗ {_SURPRISE}"
        try:
            guess, result = np.asarray(self.guess, dtype=float), np.asarray(actual, dtype=float)
        except (TypeError, ValueError):
            return "✗ The two are of different kinds."
        if guess.shape != result.shape:
            return f"✗ They differ in form. {_SURPRISE}"
        if np.allclose(guess, result, rtol=1e-6):
            return "✓ Exactly as you predicted."
        if result.ndim == 0:
            return _distance(float(guess), float(result))
        equal = int(np.sum(np.isclose(guess, result)))
        return f"✗ {equal} of {result.size} numbers are as you predicted. {_SURPRISE}"


def predict(
    question: str,
    guess: Any = None,
    choices: Mapping[str, str] | None = None,
    picture: Picture | None = None,
) -> Prediction:
    """Show a prediction and return it; its method `compare` shows the result beside it.

    `guess` is a number, a shape, a list or a text, and None if there is none yet. With `choices`,
    which map letters to meanings, it is one of the letters; `picture` may show the choices.
    """
    prediction = Prediction(question, guess, dict(choices or {}))
    noted = f"Noted: {prediction._words(guess, '')}. Now run the next cell."
    reply = prediction.problem or noted
    options = [f"{letter}: {words}" for letter, words in prediction.choices.items() if words]
    html = box(
        f"<p style='margin:0'><b>Predict.</b> {escape(question)}</p>",
        "".join(f"<p style='margin:0 0 0 1.5em'>{escape(option)}</p>" for option in options),
        f"<p style='margin:0.4em 0 0'>{escape(reply)}</p>",
    )
    if picture is not None:
        _display(picture)
    text = "\n".join([f"Predict. {question}", *(f"  {option}" for option in options), reply])
    _display(Shown(html, text))
    return prediction


def _listed(choices: Mapping[str, str]) -> str:
    return ", ".join(f'"{letter}"' for letter in choices)


def _number_words(value: Any) -> str:
    """Write a number with at most two decimals, or two significant digits if it is small."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return str(value)
    number = float(value)
    if number.is_integer():
        return f"{int(number):,}"
    return f"{number:,.2f}" if abs(number) >= 0.01 else f"{number:.2g}"


def _array_words(value: Any) -> str:
    """Write a shape in parentheses, and an array row by row."""
    if isinstance(value, tuple) and not any(isinstance(item, (tuple, list)) for item in value):
        return str(tuple(item.item() if isinstance(item, np.generic) else item for item in value))
    try:
        return str(np.asarray(value))
    except ValueError:  # rows of different lengths
        return str(value)


def _distance(guess: float, result: float) -> str:
    """Say how far a number is off."""
    off = abs(guess - result)
    if off <= CLOSE * abs(result):
        return f"✓ Close: off by {_number_words(off)}."
    return f"✗ Off by {_number_words(off)}. {_SURPRISE}"


def _display(shown: Any) -> None:
    """Show an object below the cell; outside IPython, print it."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(shown)
    else:
        display(shown)
