"""Asks for a prediction before a cell is run, and compares it with the result.

    empty = predict("Of 100 pixels, how many are 0?", None, like=12)

    with empty.reveal():
        empty.compare(50.2, unit="%")

In JupyterLab, VS Code and Colab the learner types into a box below the question. Elsewhere, and
where there are no widgets, the guess is written into the cell in place of None. `reveal` holds
back what its block shows until the question is answered or skipped. Nothing waits: the notebook
runs from top to bottom without an answer.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any

import numpy as np

from course.frontend import show_below
from course.interactive import answer_box, typed
from course.interactive.display import Shown, box, monospaced, table
from course.plots.picture import Picture

# A guess at what is measured is close if it differs by at most this share of the result.
CLOSE = 0.1
_EMPTY = "no prediction yet"
_SURPRISE = "A surprise like this is easy to remember: find out why."
_LATER = "Next time predict first: what you commit to, you remember."
_WAITING = "The result appears here as soon as you have answered the question above, or skipped it."


@dataclass
class _Reminder:
    """The reminder to predict first, which is given once."""

    is_due: bool = True

    def words(self) -> str:
        words, self.is_due = _LATER if self.is_due else "", False
        return words


REMINDER = _Reminder()


@dataclass
class Prediction:
    """A learner's prediction, to be compared with the result."""

    question: str
    guess: Any
    """A value, a text as it was typed, or None."""
    choices: Mapping[str, str] = field(default_factory=dict)
    like: Any = 0
    """An example of an answer, which says what is asked for."""
    is_open: bool = False
    """Whether an answer can still come out of a box."""
    _box: answer_box.AnswerBox | None = None
    _held: "list[_Held]" = field(default_factory=list)
    _now: "_Held | None" = None

    @property
    def problem(self) -> str:
        """What is wrong with the guess; "" if nothing is."""
        if self.guess is None:
            return "No prediction yet. Write it in place of None and run this cell again."
        try:
            typed.read(self.guess, self.like, self.choices)
        except ValueError as error:
            return str(error)
        return ""

    @property
    def value(self) -> Any:
        """What the guess means, or None if it can't be used."""
        return None if self.problem else typed.read(self.guess, self.like, self.choices)

    def show(self) -> None:
        """Show the question, and the box where an answer can be typed."""
        if self.guess is None and answer_box.can_be_shown():
            self.is_open = True
            self._box = answer_box.AnswerBox(
                self.question, self.choices, _example(self.like, self.choices), self._answer,
                self._close,
            )  # fmt: skip
            self._box.show()
        else:
            show_below(self._asked(self.problem or f"{self._noted()} Now run the next cell."))

    @contextmanager
    def reveal(self) -> Iterator[None]:
        """Hold back what the block shows while the question is neither answered nor skipped."""
        if not self.is_open:
            yield
            if self._box is not None:
                show_below(Shown(answer_box.unfolding(), ""))
            return
        from IPython.utils.capture import capture_output

        held = self._now = _Held()
        try:
            with capture_output() as captured:
                yield
        except BaseException:
            held.take(captured)
            held.release()
            raise
        finally:
            self._now = None
        held.take(captured)
        self._held.append(held)

    def compare(self, actual: Any, unit: str = "", note: str = "") -> None:
        """Show the prediction and the result side by side, and how far apart they are.

        `actual` is a number, a shape, an array, a letter of the choices, or a Shown. A whole number
        is a count, to be predicted exactly; any other is measured, and a guess may be close.
        """
        if self._now is None:
            show_below(self._compared(actual, unit, note))
        else:
            self._now.later(lambda: self._compared(actual, unit, note))

    def explain(self, text: str) -> None:
        """Show text in Markdown, which may name the result."""
        from IPython import get_ipython
        from IPython.display import Markdown, display

        words = "\n".join(line.strip() for line in text.strip().splitlines())
        if get_ipython() is None:
            print(words)
        else:
            display(Markdown(words))

    def _answer(self, words: str) -> str:
        """Take what was typed into the box; return what is wrong with it."""
        earlier, self.guess = self.guess, words
        if problem := self.problem:
            self.guess = earlier
            return problem
        self._close()
        return ""

    def _close(self) -> None:
        """Take no more answers, and show what was held back."""
        self.is_open = False
        noted = self._noted() if self.guess is not None else "Skipped."
        following = "The result is below." if self._held else "Now run the next cell."
        if self._box is not None:
            self._box.replace(self._asked(f"{noted} {following}"))
        for held in self._held:
            held.release()
        self._held.clear()

    def _noted(self) -> str:
        return f"Noted: {self._words(self.value, '')}."

    def _asked(self, reply: str) -> Shown:
        """Return the question with its choices and a reply."""
        options = [f"{letter}: {words}" for letter, words in self.choices.items() if words]
        html = box(
            f"<p style='margin:0'><b>Predict.</b> {escape(self.question)}</p>",
            "".join(f"<p style='margin:0 0 0 1.5em'>{escape(option)}</p>" for option in options),
            f"<p style='margin:0.4em 0 0'>{escape(reply)}</p>",
        )
        lines = [f"Predict. {self.question}", *(f"  {option}" for option in options), reply]
        return Shown(html, "\n".join(lines))

    def _compared(self, actual: Any, unit: str, note: str) -> Shown:
        """Return the table of prediction and result."""
        has_sign = isinstance(self.guess, str) and re.search("%|per ?cent", self.guess.casefold())
        may_be_share = unit == "%" and not has_sign
        guess = _in_per_cent(self.value, actual) if may_be_share else self.value
        is_usable = guess is not None
        left = self._cell(guess, unit) if is_usable else _EMPTY
        if isinstance(actual, Shown):  # A table needs the whole width.
            predicted = f"you predicted: {left}"
            html = box(f"<p style='margin:0 0 0.5em'>{escape(predicted)}</p>", actual.html)
            return Shown(html, "\n".join(filter(None, [predicted, actual.text, note])))
        right = self._cell(actual, unit)
        judgment = self._judgment(guess, actual) if is_usable else REMINDER.words()
        words = " ".join(filter(None, (judgment, note)))
        return table(self.question, ("you predicted", "it is"), [(left, right)], words)

    def _cell(self, value: Any, unit: str) -> str | Shown:
        """Write a guess or a result; an array of several rows in a monospaced font."""
        words = self._words(value, unit)
        return monospaced(words) if "\n" in words else words

    def _words(self, value: Any, unit: str) -> str:
        """Write a guess or a result as text."""
        if isinstance(value, str):
            return f"{value}: {self.choices[value]}" if self.choices.get(value) else value
        if isinstance(value, (tuple, list, np.ndarray)):
            return _array_words(value)
        return f"{_number_words(value)} {unit}".strip()

    def _judgment(self, guess: Any, actual: Any) -> str:
        """Say whether the guess is right, and how far it is off."""
        if isinstance(actual, str):
            if not self.choices:
                return ""
            return "✓ As you predicted." if guess == actual else f"✗ {_SURPRISE}"
        try:
            array, result = typed.shaped(guess, actual), np.asarray(actual, dtype=float)
        except (TypeError, ValueError):
            return "✗ Your prediction can't be compared with the result."
        if array.shape != result.shape:
            return f"✗ You predicted {_extent(array)}; the result is {_extent(result)}. {_SURPRISE}"
        is_count = np.issubdtype(np.asarray(actual).dtype, np.integer)
        if np.array_equal(array, result) or (
            not is_count and np.allclose(array, result, rtol=1e-6)
        ):
            return "✓ Exactly as you predicted."
        if result.ndim == 0:
            return _distance(float(array), float(result), 0 if is_count else CLOSE)
        equal = int(np.sum(np.isclose(array, result)))
        return f"✗ {equal} of {result.size} numbers are as you predicted. {_SURPRISE}"


class _Held:
    """What a block has shown, kept back until its question is answered."""

    def __init__(self) -> None:
        self._later: list[Callable[[], Shown]] = []
        self._parts: list[Callable[[], Any]] = []
        self._handles: list[Any] = []

    def later(self, make: Callable[[], Shown]) -> None:
        """Hold the place of something that depends on the answer."""
        from IPython.display import display

        display({"text/plain": ""}, raw=True, metadata={"convpool": len(self._later)})
        self._later.append(make)

    def take(self, captured: Any) -> None:
        """Take over what was printed and shown, in this order, and keep a place for each."""
        if captured.stdout:
            self._parts.append(lambda: monospaced(captured.stdout))
        for output in captured.outputs:
            place = (output.metadata or {}).get("convpool")
            self._parts.append(partial(_itself, output) if place is None else self._later[place])
        self._show_placeholders()

    def _show_placeholders(self) -> None:
        """Show a notice, and keep a place for each part."""
        from IPython.display import display

        first = Shown(box(f"<p style='margin:0'>{escape(_WAITING)}</p>"), _WAITING)
        for place in range(len(self._parts) + 1):
            shown = Shown("", "") if place else first
            self._handles.append(display(shown, display_id=True))

    def release(self) -> None:
        """Show every part in its place."""
        self._handles[0].update(Shown(answer_box.unfolding(), ""))
        for handle, part in zip(self._handles[1:], self._parts, strict=True):
            handle.update(part())


def _itself(output: Any) -> Any:
    return output


def predict(
    question: str,
    *guess: Any,
    like: Any = 0,
    choices: Mapping[str, str] | None = None,
    picture: Picture | None = None,
) -> Prediction:
    """Ask for a prediction and return it; its method `compare` shows the result beside it.

    `guess` is a number, a shape, a list or a text, and None if there is none yet; several numbers
    are a shape. `like` is an example of an answer: a number, a shape, a list, or a text where free
    words are asked for. With `choices`, which map letters to meanings, the guess is one of the
    letters; `picture` may show the choices.
    """
    if picture is not None:
        show_below(picture)
    value = guess[0] if len(guess) == 1 else guess or None
    prediction = Prediction(question, value, dict(choices or {}), like)
    prediction.show()
    return prediction


def _example(like: Any, choices: Mapping[str, str]) -> str:
    """Say in the empty box what to type."""
    if choices:
        return "click, or type one and press Enter"
    if isinstance(like, str):
        return like or "your words, then Enter"
    if isinstance(like, (int, float)):
        return "a number, then Enter"
    return f"such as {like}, then Enter"


def _in_per_cent(guess: Any, actual: Any) -> Any:
    """Read 0.82 as 82 %, where the result is more than 1 %."""
    is_share = isinstance(guess, (int, float)) and 0 < guess < 1 < float(actual)
    return 100 * guess if is_share else guess


def _extent(array: np.ndarray) -> str:
    """Say how many numbers an array has, and in which arrangement."""
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{array.size} number{'s' * (array.size != 1)}"
    return f"{' × '.join(map(str, array.shape))} numbers"


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


def _distance(guess: float, result: float, close: float) -> str:
    """Say how far a number is off."""
    off = abs(guess - result)
    if off <= close * abs(result):
        return f"✓ Close: off by {_number_words(off)}."
    return f"✗ Off by {_number_words(off)}. {_SURPRISE}"
