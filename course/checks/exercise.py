"""One exercise under check: a quiet place, plain messages, and checks that name what is wrong."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stdout
from types import TracebackType
from typing import Any

import numpy as np

from course.checks import answers, arrays, models, seeding, training
from course.checks.failures import CheckFailed, from_exception, hidden_failure
from course.checks.quiet import quiet
from course.quiz import scoring


class Exercise(AbstractContextManager["Exercise"]):
    """The checks of one gap, used as `with exercise("name") as check:` in its test cell.

    Whatever leaves the block is turned into one message; nothing of the test cell is quoted.
    """

    def __init__(self, name: str) -> None:
        """Remember the gap's name, which every message carries."""
        self.name = name
        self.rng = seeding.generator(name)
        self.passed_hidden = 0
        self.noted = ""
        self._lent: list[tuple[np.ndarray, np.ndarray]] = []
        self._resources = ExitStack()

    def __enter__(self) -> "Exercise":
        self._resources.enter_context(quiet())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say "passed", or raise one message in place of whatever happened."""
        self._resources.close()
        if error is None:
            sys.stdout.write(f"✓ {self.name}: {self._verdict()}\n")
            return
        raise from_exception(self.name, error) from None

    def _verdict(self) -> str:
        """Say no more than the checks that ran have shown."""
        if self.passed_hidden:
            return "right."
        if self.noted:
            return f"your answer is noted ({self.noted}). It is marked when it is graded."
        return "right. More checks run when it is graded."

    @contextmanager
    def hidden(self, label: str) -> Iterator[None]:
        """Run checks that students can't see; a failure tells `label` and nothing more.

        What the function prints or raises here is kept back: it could quote the hidden input.
        """
        try:
            with redirect_stdout(io.StringIO()):
                yield
        except BaseException as error:
            raise hidden_failure(self.name, label, error) from None
        self.passed_hidden += 1

    def fail(self, message: str) -> None:
        """Fail with a message; the gap's name is put in front."""
        raise CheckFailed(f"`{self.name}`: {message}")

    def that(self, condition: Any, message: str) -> None:
        """Fail with `message` unless the condition holds."""
        if not condition:
            self.fail(message)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call the learner's function; refuse what is no function and a result of None.

        It gets copies of the arrays: what is right is told from what was asked, and a function
        that writes into the question must not change it.
        """
        self.that(
            callable(function),
            f"a function was expected, but it is {arrays.kind_of(function)}. "
            "Write `def …` and keep the name.",
        )
        lent = [self._lend(value) for value in arguments]
        lent_by_name = {name: self._lend(value) for name, value in named.items()}
        result = function(*lent, **lent_by_name)
        self.that(
            result is not None, "the function returned None. Does its last line say `return …`?"
        )
        return result

    def _lend(self, value: Any) -> Any:
        """Copy an array, and remember the copy for `untouched`; pass anything else on."""
        if not isinstance(value, np.ndarray):
            return value
        copy = value.copy()
        self._lent.append((value, copy))
        return copy

    def array(
        self,
        value: Any,
        shape: Sequence[int],
        *,
        floating: bool = False,
        wrong_shapes: dict[tuple[int, ...], str] | None = None,
    ) -> Any:
        """Return the result as a NumPy array once it has the right kind, type, rank and shape.

        `wrong_shapes` maps a shape that a known mistake gives to a sentence on it.
        """
        return arrays.checked(
            self, value, tuple(shape), floating=floating, wrong_shapes=wrong_shapes or {}
        )

    def close(self, got: Any, expected: Any, mistakes: dict[str, Any] | None = None) -> None:
        """Compare values (relative tolerance 1e-4); `mistakes` maps a message to a wrong result."""
        arrays.compare(self, got, expected, mistakes or {})

    def untouched(self, after: Any, before: Any) -> None:
        """Fail if a call changed the array in place; `before` is a copy from before the call."""
        lent = [copy for given, copy in self._lent if given is after]
        arrays.untouched(self, lent[-1] if lent else after, before)

    def number(self, value: Any) -> Any:
        """Return the value if it is one number, Python's or NumPy's, and no truth value."""
        return answers.number(self, value)

    def integer(self, value: Any) -> int:
        """Return the value as an int if it is a whole number of an integer type."""
        return answers.integer(self, value)

    def choice(self, value: Any, letters: str) -> str:
        """Note a quiz answer: one of the letters; return it as a small letter."""
        self.noted = answers.choice(self, value, letters)
        return self.noted

    def choices(self, value: Any, letters: str) -> str:
        """Note a quiz answer: some of the letters; return them sorted and without repeats."""
        self.noted = answers.choices(self, value, letters)
        return self.noted

    def noted_number(self, value: Any) -> Any:
        """Note a quiz answer: a number; return it."""
        number = self.number(value)
        self.noted = f"{number:.12g}"
        return number

    def chosen(self, value: Any, key: str) -> None:
        """Fail unless the right option was chosen."""
        self.that(scoring.score_choice(value, key) == 1.0, "not the right option.")

    def chosen_all(self, value: Any, key: str, letters: str) -> float:
        """Return the share of a question with several right options; fail where it is 0."""
        share = scoring.score_several(value, key, letters)
        self.that(share > 0.0, "no mark for these options.")
        return share

    def equals_number(self, value: Any, key: float) -> None:
        """Fail unless the number is the right one."""
        self.that(scoring.score_number(self.number(value), key) == 1.0, "not the right number.")

    def mark(self, points: float, share: float) -> float | None:
        """Give part marks as nbgrader reads them from a cell's last line; None for all of them."""
        return scoring.mark(points, share)

    def lesson_cnn(self, model: Any) -> None:
        """Fail unless the model has the lesson's layers, shapes, weights and activations."""
        models.lesson_cnn(self, model)

    def same_predictions(self, model: Any, reference: Any, images: Any) -> None:
        """Fail unless both predict the same once they hold the same weights."""
        self.that(models.same_predictions(model, reference, images), "it predicts otherwise.")

    def shapes_table(self, table: Any) -> None:
        """Fail at the first row of the learner's table of shapes that is not right."""
        models.shapes_table(self, table)

    def history(self, value: Any, epochs: int) -> None:
        """Fail unless the value is the History of that many epochs."""
        training.history(self, value, epochs)

    def learned(self, model: Any, images: Any, labels: Any, loss_before: float) -> None:
        """Fail unless the model predicts these labels much better than before and than chance."""
        training.learned(self, model, images, labels, loss_before)

    def accuracy(self, got: float, model: Any, images: Any, labels: Any) -> None:
        """Fail unless the number is the model's accuracy on these images."""
        training.accuracy(self, got, model, images, labels)


def exercise(name: str) -> Exercise:
    """Open the checks of the gap `name`: `with exercise("scale_pixels") as check:`."""
    return Exercise(name)
