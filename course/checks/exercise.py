"""One exercise under check: collects what its checks find, and says it in one message."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    redirect_stdout,
    suppress,
)
from types import TracebackType
from typing import Any, NoReturn

import numpy as np

from course.checks import (
    activations,
    answers,
    arrays,
    calling,
    error_patterns,
    failures,
    inputs,
    learnable,
    models,
    shape_rows,
    trainings,
)
from course.checks.failures import CheckFailed, Wrong
from course.checks.time_limit import time_limit
from course.crossing import CannotCross, arriving
from course.notebook import cell_runs
from course.quiet import quiet

REPEATED = 5
"""So many cases of a function of numbers are asked twice."""


class Exercise(AbstractContextManager["Exercise"]):
    """The checks of one gap, used as `with exercise("name") as check:` in its test cell.

    Whatever leaves the block is turned into one message; nothing of the test cell is quoted.
    """

    def __init__(self, name: str) -> None:
        """Remember the gap's name, which every message carries."""
        self.name = name
        self.rng = inputs.generator(name)
        self.passed_hidden = 0
        self.noted = ""
        self.share = 1.0
        self._lost: list[CheckFailed] = []
        self._label = self._idea = ""
        self._lent: list[tuple[np.ndarray, np.ndarray]] = []
        self._resources = ExitStack()

    def __enter__(self) -> "Exercise":
        """Refuse an answer that is not what the gap's cell says now; then silence what follows."""
        if reason := cell_runs.stale_reason(self.name):
            raise failures.stale(self.name, reason)
        if note := cell_runs.run_order_note(self.name):
            sys.stdout.write(f"{note}\n")
        self._resources.enter_context(quiet())
        self._resources.enter_context(calling.nobody_types())
        self._resources.enter_context(time_limit())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say "passed", or raise one message in place of whatever happened."""
        self._resources.close()
        if error is not None:
            raise failures.from_exception(self.name, error) from None
        if self._lost and not self.share:
            raise failures.all_lost(self._lost)
        sign = "✓" if self.share == 1.0 else "◐"
        sys.stdout.write(f"{sign} {self.name}: {self._verdict()}\n")

    def _verdict(self) -> str:
        """Say no more than the checks that ran have shown."""
        if self._lost:
            return failures.some_lost(self.share, self._lost)
        if self.share < 1.0:
            return "partly right."
        if self.passed_hidden:
            return "right."
        if self.noted:
            return f"your answer is noted ({self.noted}). It is marked when it is graded."
        return "right. More checks run when it is graded."

    @contextmanager
    def hidden(self, label: str, otherwise: str = "examples-only") -> Iterator[None]:
        """Run checks that students can't see; a failure says `label`, and no input or value.

        What the function prints or raises here is kept back: it could quote the hidden input.
        `otherwise` is the misconception where the checks recognize none.
        """
        # A quiz shows no examples.
        self._label, self._idea = label, "" if self.noted else otherwise
        try:
            with redirect_stdout(io.StringIO()):
                yield
        except BaseException as error:
            raise self._concealed(error) from None
        finally:
            self._label = ""
        self.passed_hidden += 1

    def _concealed(self, error: BaseException) -> CheckFailed:
        """Say what an exception means; inside a hidden check by its label alone."""
        if not self._label:
            return failures.from_exception(self.name, error)
        return failures.hidden_failure(self.name, self._label, error, self._idea)

    @contextmanager
    def otherwise(self, misconception: str) -> Iterator[None]:
        """Name this misconception for a failure inside that no check recognizes.

        For inputs that differ in one way from those of the checks before.
        """
        try:
            yield
        except Wrong as wrong:
            raise Wrong(wrong.message, wrong.misconception or misconception) from None
        except (IndexError, TypeError, ValueError) as error:
            if not error_patterns.of_error(str(error), self.name):
                known: Any = error
                known.misconception = getattr(error, "misconception", "") or misconception
            raise

    @contextmanager
    def part(self, share: float) -> Iterator[None]:
        """Run checks on which `share` (0…1) of the points depends.

        A failure costs these points and no others; the checks after it run too.
        """
        try:
            yield
        except Exception as error:
            failure = self._concealed(error)
            if failure.stopped:
                raise failure from None
            self._lost.append(failure)
            # Six sixths are all of it.
            self.share = max(0.0, round(self.share - share, 9))

    @property
    def misconception(self) -> str:
        """Which idea cost a part of the points, or ""."""
        return next((lost.misconception for lost in self._lost if lost.misconception), "")

    def fail(self, message: str, misconception: str = "") -> NoReturn:
        """Fail with a message; the gap's name is put in front, the misconception's idea behind."""
        raise failures.failure_of(self.name, message, misconception)

    def that(self, condition: Any, message: str, misconception: str = "") -> None:
        """Fail with `message` unless the condition holds."""
        if not condition:
            self.fail(message, misconception)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call the learner's function; refuse what is no function and a result of None.

        The function gets copies of the arrays: results are compared with the question, which a
        function that writes into its arguments must not change.
        """
        if not callable(function):
            function = self._arriving(function, "a function")
        self.that(
            callable(function),
            f"a function was expected, but it is {arrays.kind_of(function)}.",
            "not-a-function",
        )
        lent = [self._lend(value) for value in arguments]
        lent_by_name = {name: self._lend(value) for name, value in named.items()}
        try:
            result = function(*lent, **lent_by_name)
        except (IndexError, ValueError) as error:
            if calling.is_square_only(function, arguments, named):
                known: Any = error
                known.misconception = "square-only"
            raise
        calling.require_no_end()
        self.that(result is not None, "", "returned-nothing")
        return arriving(result, f"{self.name}(…)")

    def _arriving(self, value: Any, expected: str = "text or a number") -> Any:
        """Return the learner's value as it arrives where it is graded; refuse it in equal words."""
        try:
            return arriving(value, self.name)
        except CannotCross as refusal:
            raise refusal.expecting(expected, self.name) from None

    def call_each(
        self, function: Callable[..., Any], cases: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        """Call the learner's function with every case of plain numbers; refuse None as `call` does.

        A function in another process can take all cases at once, which is quicker.
        """
        at_once = getattr(type(function), "call_each", None)
        results = at_once(function, cases) if at_once else None
        if results is None or any(result is None for result in results):
            return [self.call(function, *case) for case in cases]
        return list(results)

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
        mistakes: arrays.Mistakes | None = None,
    ) -> Any:
        """Return the result as a NumPy array once it has the right kind, type, rank and shape.

        `wrong_shapes` maps a shape that a misconception gives to its id; `mistakes` maps ids to
        whole results.
        """
        return arrays.checked(
            value,
            tuple(shape),
            floating=floating,
            wrong_shapes=wrong_shapes or {},
            mistakes=mistakes or {},
        )

    def close(
        self,
        got: Any,
        expected: Any,
        mistakes: arrays.Mistakes | None = None,
        tolerance: float = arrays.RELATIVE_TOLERANCE,
    ) -> None:
        """Compare values (relative tolerance 1e-4); `mistakes` maps ids to wrong results."""
        arrays.compare(got, expected, mistakes or {}, self._lent, tolerance)

    def in_turn(
        self,
        function: Callable[..., Any],
        cases: Sequence[Any],
        expected: Callable[..., np.ndarray],
        mistakes: Callable[..., arrays.Mistakes] = lambda *case: {},
        *,
        floating: bool = False,
        tolerance: float = arrays.RELATIVE_TOLERANCE,
    ) -> None:
        """Call with one case after the other, a tuple of arguments or the only one.

        Results are compared once all are there, and the first case comes again at the end: a result
        that changes with other calls fails here.
        """
        cases = [c if isinstance(c, tuple) else (c,) for c in [*cases, cases[0]]]
        results = self.call_each(function, cases)
        rights = [expected(*case) for case in cases]

        def require(result: Any, right: np.ndarray, wrong: arrays.Mistakes) -> None:
            got = self.array(result, right.shape, floating=floating, mistakes=wrong)
            arrays.compare(got, right, wrong, tolerance=tolerance)

        for case, result, right in zip(cases, results, rights, strict=True):
            try:
                require(result, right, {})
            except Wrong as wrong:
                kept = not arrays.same(results[0], results[-1]) or any(
                    np.ptp(other) > 0 and arrays.same(result, other) for other in rights
                )
                with suppress(Exception):
                    require(self.call(function, *case), right, {})
                    kept = True
                if not kept:
                    require(result, right, mistakes(*case))
                raise Wrong(wrong.message, "kept-between-calls") from None

    def untouched(self, after: Any, before: Any) -> None:
        """Fail if a call changed the array in place; `before` is a copy from before the call."""
        lent = [copy for original, copy in self._lent if original is after]
        arrays.untouched(lent[-1] if lent else after, before)

    def number(self, value: Any) -> Any:
        """Return the value if it is one number, Python's or NumPy's, and no truth value."""
        return answers.number(value)

    def integer(self, value: Any) -> int:
        """Return the value as an int if it is a whole number of an integer type."""
        return answers.integer(value)

    def counts(
        self,
        function: Callable[..., Any],
        cases: dict[tuple[int, ...], int],
        mistakes: Callable[..., dict[str, float]],
    ) -> None:
        """Fail unless the function gives these integers; `mistakes(*arguments)` as in `close`.

        The first cases come again at the end. A count that changes with other calls fails here.
        """
        order = list(cases)
        results = self.call_each(function, order + order[:REPEATED])
        again = dict(zip(order, results[len(order) :], strict=False))
        first = dict(zip(order, results, strict=False))
        wrong = {case: mistakes(*case) for case in cases}
        kept = any(not arrays.same(first[case], again[case]) for case in again)
        answers.compare_counts(self.name, first, cases, wrong, kept=kept)
        if kept:
            self.fail("the same call gave two different results.", "kept-between-calls")

    def choice(self, value: Any, letters: str) -> str:
        """Note a quiz answer: one of the letters; return it as a small letter."""
        self.noted = answers.choice(self._arriving(value), letters)
        return self.noted

    def choices(self, value: Any, letters: str) -> str:
        """Note a quiz answer: some of the letters; return them sorted and without repeats."""
        self.noted = answers.choices(self._arriving(value), letters)
        return self.noted

    def noted_number(self, value: Any) -> Any:
        """Note a quiz answer: a number; return it."""
        number = self.number(self._arriving(value))
        self.noted = f"{number:.12g}"
        return number

    def chosen(self, value: Any, key: str) -> None:
        """Fail unless the right option was chosen."""
        self.that(answers.score_choice(value, key) == 1.0, "not the right option.")

    def chosen_all(self, value: Any, key: str, letters: str) -> float:
        """Return the share of a question with several right options; fail where it is 0."""
        self.share = answers.score_several(value, key, letters)
        self.that(self.share > 0.0, "no mark for these options.")
        return self.share

    def equals_number(self, value: Any, key: float) -> None:
        """Fail unless the number is the right one."""
        self.that(answers.score_number(self.number(value), key) == 1.0, "not the right number.")

    def mark(self, points: float, share: float) -> float | None:
        """Give part marks as nbgrader reads them from a cell's last line; None for all of them."""
        return answers.mark(points, share)

    def lesson_cnn(self, model: Any) -> None:
        """Fail at the first layer in which the model differs from the lesson's.

        Other activations cost their part of the points.
        """
        network = models.read(models.readable(model, f"{self.name}(…)"))
        models.require_lesson_layers(network)
        learnable.require_learnable(network)
        with self.part(activations.SHARE):
            activations.require_lesson_activations(network)

    def predicts_like_lesson_cnn(self, model: Any) -> None:
        """Fail unless the model predicts what the lesson's does with the same random weights."""
        readable = models.readable(model, f"{self.name}(…)")
        self.that(models.same_predictions(readable, self.rng), "it predicts otherwise.")

    def shapes_table(self, table: Any) -> None:
        """Check the learner's table of shapes; each wrong row costs its part of the points."""
        table = self._arriving(table, "a dictionary")
        to_fill = shape_rows.rows_to_fill(table)
        shape_rows.check_row(table, shape_rows.GIVEN)
        for name in to_fill:
            with self.part(1 / len(to_fill)):
                shape_rows.check_row(table, name)

    def history(self, value: Any, epochs: int) -> None:
        """Fail unless the value is the History of that many epochs."""
        trainings.history(value, epochs)

    def learned(self, model: Any, before: Any, images: Any, labels: Any, history: Any) -> None:
        """Fail unless the model predicts these labels much better than `before` and than chance."""
        trainings.learned(model, before, images, labels, history)

    def retraced(self, train: Callable[..., Any], example: inputs.TrainingExample) -> None:
        """Call `train`; fail unless it did what one training on the example does."""
        network, history = self._trained(train, example)
        trainings.retraced(history, network, example)

    def all_epochs(self, train: Callable[..., Any], example: inputs.TrainingExample) -> None:
        """Call `train`; fail unless it trained for all epochs, whatever came of them."""
        network, history = self._trained(train, example)
        trainings.history(history, example.epochs, stopped=trainings.was_stopped(network))

    def _trained(
        self, train: Callable[..., Any], example: inputs.TrainingExample
    ) -> tuple[Any, Any]:
        network = example.network()
        return network, self.call(train, network, example.images, example.labels, example.epochs)

    def measured(
        self, evaluate: Callable[..., Any], network: Any, images: Any, labels: Any
    ) -> None:
        """Call `evaluate`; fail unless it gives the network's accuracy and leaves its weights."""
        before = network.get_weights()
        accuracy = self.call(evaluate, network, images, labels)
        trainings.unchanged(network, before)
        trainings.accuracy(accuracy, network, images, labels)
