"""Runs ordinary tests outside the student's process, with stand-ins for the names they take.

What students see of a test runs where it stands; its hidden part when the last cell has run, as in
`rehearsal`. An exception is a wrong answer.
"""

import builtins
import contextlib
import io
import numbers
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from unittest import mock

import numpy as np

from autograder.boundary.channel import Channel
from autograder.boundary.contents import Content, contents_of
from autograder.boundary.object_stand_ins import StandIn, Unexpected
from autograder.boundary.standin import UNDEFINED, fetch
from autograder.boundary.student_objects import Kept, StandIns
from autograder.grading.automatic_names import AutomaticNames
from autograder.grading.inside_tests import OrdinaryTest, failed, part_mark, wrote_errors
from autograder.grading.rehearsal import Rehearsal
from autograder.grading.worker_bounds import gap_budget, over_budget
from course.checks.failures import CheckFailed
from course.crossing import CannotCross
from course.notebook.cell_code import run_as_cell, top_level_names
from course.notebook.verdict import Status, Verdict
from course.visible import visible

_KINDS = frozenset(
    ["undefined", "function", "value", "raised", "result", "results", "stopped", "callback"]
)
CHANGED = (
    "The check passes only because the answer changes what it is given. Leave the arguments of "
    "functions as they are."
)
CHANGED_BEFORE = (
    "The check fails because the answer has changed what an earlier check gave it. Leave the "
    "arguments of functions as they are."
)
_STATUS: dict[str, Status] = {"timeout": "timeout", "memory": "memory"}


class StudentSide(Channel, Protocol):
    """A channel to a student's process that can be another one after a restart."""

    def process_number(self) -> int:
        """Return the number of the process that answers the next request."""
        ...

    def wrote_errors(self) -> bool:
        """Whether requests since the last question wrote to standard error past the agent."""
        ...


class Refused(Exception):
    """A value of the student's that cannot be sent to the tests."""

    check_message = "a value that it gives cannot be sent to the tests"


class NoNumber(Exception):
    """A last value that is no number, where that of the reference solution is its part mark."""

    check_message = "the value that this check ends with is no number of points"


class WatchedChannel(Rehearsal):
    """A rehearsal that remembers what went wrong in the boundary, not in the student's code.

    A test that expects an exception, any exception, must not take that for one.
    """

    trouble: Exception | None = None

    def repeat(self) -> None:
        """Begin the second turn, with no trouble yet."""
        self.trouble = None
        super().repeat()

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send a request as `Rehearsal` does."""
        try:
            reply = super().request(kind, fields, timeout)
        except Exception as error:
            self.trouble = self.trouble or error
            raise
        if reply.get("kind") not in _KINDS:
            self.trouble = self.trouble or Refused()
        return reply


class _States:
    """The states that all code of this process shares, as a test finds them."""

    def __init__(self) -> None:
        """Keep the states as they are now."""
        self._random, self._numpys = random.getstate(), np.random.get_state()
        self._filters, self._errors = list(warnings.filters), np.geterr()
        self._automatic_names = AutomaticNames()

    def restore(self) -> None:
        """Put them back as they were."""
        random.setstate(self._random)
        np.random.set_state(self._numpys)
        warnings.filters[:] = self._filters  # type: ignore[index]
        np.seterr(**self._errors)
        self._automatic_names.restore()


@dataclass
class _Turn:
    """What a test begins with; its second turn, in which all of it runs, begins with the same."""

    test: OrdinaryTest
    takes: Sequence[str]
    channel: WatchedChannel
    names: dict[str, Any]
    before: Kept
    states: "_States"
    process: int
    contents: list[Content]
    """What the values that the test mentions held when it began, without unexpected changes."""
    changed: list[Content]
    """What of them had other content through changes in earlier tests."""


class OutsideTests:
    """Runs locked cells and tests in one namespace that students never see.

    All tests of a notebook share their stand-ins, so that one can use an object that another made.
    """

    def __init__(
        self,
        student: StudentSide,
        call_seconds: float,
        imports: Sequence[str],
        *,
        objects: Mapping[str, Sequence[str]] | None = None,
        helpers: Mapping[str, str] | None = None,
        narrow: Iterable[str] = (),
        recording: bool = False,
    ) -> None:
        """Run the source's `imports`; ask `student` for the names that tests take.

        `objects` are the places where a student's objects may stand, by test, as `seen` has them
        after the reference solution has run with `recording`. `helpers` are, by test, functions
        of locked cells that use the student's names. The tests `narrow` get plain values and
        functions only.
        """
        self._student, self._seconds = student, call_seconds
        self._objects, self._narrow = objects or {}, frozenset(narrow)
        self._helpers = helpers or {}
        self._stand_ins = StandIns(student, call_seconds, frozenset())
        self._stand_ins.recording = recording
        self.seen: dict[str, set[str]] = {}
        """The places where objects stood, by test."""
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._waiting: list[_Turn] = []
        self._changed: dict[int, Content] = {}
        for statement in imports:
            self.run_here(statement)

    def run_here(self, source: str) -> None:
        """Run a cell of the source's; where that fails, tests that need it fail outside."""
        with contextlib.suppress(Exception, SystemExit), self._own_surroundings():
            exec(compile(source, "<locked cell>", "exec"), self._names)

    @gap_budget()
    def run(self, test: OrdinaryTest, takes: Sequence[str], wanted: Iterable[str] = ()) -> Verdict:
        """Run of a test what students see; `run_hidden` decides one that has more.

        The names `wanted` that the test defines are then defined in the student's process, too.
        """
        channel, names = WatchedChannel(self._student), dict(self._names)
        states = _States()
        before = self._begin(test, channel)
        process = self._student.process_number()
        contents = self._contents(test, names)
        changed = [self._changed[id(c.value)] for c in contents if id(c.value) in self._changed]
        turn = _Turn(test, takes, channel, dict(names), before, states, process, contents, changed)
        verdict = self._run(test, test.shown, takes, names, channel)
        if test.shown == test.source:
            verdict = self._decided(turn, verdict, names)
        elif verdict.status in ("correct", "partial"):
            self._waiting.append(turn)
        self._take_back_changes(test, names)
        found = {name: names[name] for name in top_level_names(test.shown) & set(names)}
        deleted = [name for name in top_level_names(test.shown) if name not in names]
        self._names = {name: self._names[name] for name in self._names if name not in deleted}
        self._names.update(found)
        self._stand_ins.channel = self._student  # what follows is no part of the rehearsal
        with contextlib.suppress(Exception):
            defined = {name: found[name] for name in found if name in set(wanted)}
            self._stand_ins.define(defined, deleted if verdict.score else ())
        return verdict

    @gap_budget()
    def run_hidden(self) -> Verdict:
        """Run the next waiting test whole, once the notebook's last cell has run.

        What the student's code did in the first turn is not done again, but answered as before:
        the test begins with the same names and random numbers, and its functions, which the
        student's code may have called, have the same numbers. Only a process that began after the
        first turn, and knows nothing of it, is asked anew.
        """
        turn = self._waiting.pop(0)
        channel = turn.channel
        if self._student.process_number() == turn.process:
            channel.repeat()
        else:
            channel = WatchedChannel(self._student)
        turn.channel = channel
        now = self._contents(turn.test, turn.names)
        verdict = self._decided(turn, self._run_again(turn), turn.names)
        for content in now:
            content.put_back()
        return verdict

    def _run_again(self, turn: _Turn, changed: Sequence[Content] = ()) -> Verdict:
        """Run all of a test with what it began with, and with changes of earlier tests."""
        turn.states.restore()
        for content in (*turn.contents, *changed):
            content.put_back()
        turn.before = self._begin(turn.test, turn.channel, turn.before)
        names = dict(turn.names)
        return self._run(turn.test, turn.test.source, turn.takes, names, turn.channel)

    def _decided(self, turn: _Turn, verdict: Verdict, names: dict[str, Any]) -> Verdict:
        """Give points after unexpected changes of arguments only if there are some either way.

        The test runs again without its own changes, and with those of earlier tests to the values
        that it mentions.
        """
        has_own = bool(self._stand_ins.changes)
        if not (has_own or turn.changed):
            return verdict
        self._take_back_changes(turn.test, names)
        after = self._contents(turn.test, turn.names)
        if verdict.score and has_own:
            turn.channel.repeat()
            self._stand_ins.leaves_changes_out = True
            try:
                verdict = _at_most(self._run_again(turn), turn, verdict, CHANGED)
            finally:
                self._stand_ins.leaves_changes_out = False
        if verdict.score and turn.changed:
            turn.channel.repeat()
            again = self._run_again(turn, turn.changed)
            verdict = _at_most(again, turn, verdict, CHANGED_BEFORE)
            self._keep_changed(contents_of(each.value for each in turn.changed))
        self._stand_ins.changes.forget()
        for content in after:
            content.put_back()
        self._stand_ins.part()
        return verdict

    def _take_back_changes(self, test: OrdinaryTest, names: dict[str, Any]) -> None:
        """Take unexpected changes back, and keep what a test's values held with them."""
        if self._stand_ins.changes:
            with_changes = self._contents(test, names)
            self._stand_ins.take_back_changes()
            self._keep_changed(each for each in with_changes if not each.is_current)

    def _keep_changed(self, contents: Iterable[Content]) -> None:
        self._changed |= {id(each.value): each for each in contents}

    def _contents(self, test: OrdinaryTest, names: dict[str, Any]) -> list[Content]:
        """Copy what the values hold that a test's code, or its helpers', mentions."""
        code = test.source + self._helpers.get(test.grade_id, "")
        mentioned = set(re.findall(r"\w+", code)) & set(names)
        return contents_of({id(names[name]): names[name] for name in sorted(mentioned)}.values())

    @property
    def waiting(self) -> int:
        """How many tests `run_hidden` has still to decide."""
        return len(self._waiting)

    def is_waiting(self, grade_id: str) -> bool:
        """Whether a test's verdict is not final."""
        return any(turn.test.grade_id == grade_id for turn in self._waiting)

    def _begin(self, test: OrdinaryTest, channel: Channel, before: Kept | None = None) -> Kept:
        places = frozenset(self._objects.get(test.grade_id, ()))
        return self._stand_ins.begin(channel, places, before)

    def _run(
        self,
        test: OrdinaryTest,
        source: str,
        takes: Sequence[str],
        names: dict[str, Any],
        channel: WatchedChannel,
    ) -> Verdict:
        """Run a test's code; whatever it raises is the student's result."""
        concealed = source != test.shown
        narrow = test.grade_id in self._narrow
        wide = False if narrow else self._stand_ins
        self._student.wrote_errors()  # what others wrote is none of this test's
        self._stand_ins.settings.shares_random = "seed" in source
        try:
            with self._own_surroundings() as errors:
                for name in takes:
                    value = fetch(channel, name, self._seconds, wide=wide)
                    names[name] = value
                    if value is UNDEFINED:
                        del names[name]
                # Defined anew, so that they find the student's names among the test's.
                exec(compile(self._helpers.get(test.grade_id, ""), "<locked cell>", "exec"), names)
                value = run_as_cell(source, names, "<test>")
                if isinstance(value, Unexpected):
                    raise value.refusal()
                value = self._last_value(test, source, value)
                # As in nbgrader: what is shown of a last value that is no number is full marks.
                number = isinstance(value, numbers.Number | StandIn)
                text = repr(value) if number else ""
        except CheckFailed as failure:
            if concealed and not failure.quotes_nothing:
                return failed(test, "CheckFailed", str(failure))
            return failure.verdict(test.grade_id, test.points)
        except KeyboardInterrupt:
            raise
        # pytest's own failures, and what ends Python, are no `Exception`.
        except BaseException as error:
            return _wrong(test, self._trouble(channel) or error, concealed)
        finally:
            self.seen.setdefault(test.grade_id, set()).update(self._stand_ins.seen)
        trouble = self._trouble(channel)
        if trouble:
            return _wrong(test, trouble, concealed)
        if (self._student.wrote_errors() or errors.getvalue()) and not narrow:
            return wrote_errors(test)
        return part_mark(test, text)

    @contextlib.contextmanager
    def _own_surroundings(self) -> Iterator[io.StringIO]:
        """Keep what is printed from the terminal, and what a test replaces from the next one.

        Gives what is written to standard error.
        """
        text, errors = io.StringIO(), io.StringIO()
        files = {"stdout": text, "__stdout__": text, "stderr": errors, "__stderr__": errors}
        with contextlib.ExitStack() as stack:
            for name, file in files.items():
                stack.enter_context(mock.patch.object(sys, name, file))
            for name in ("input", "print"):
                stack.enter_context(mock.patch.object(builtins, name, getattr(builtins, name)))
            for module in (random, np.random):
                counted = self._counted(module.seed)
                stack.enter_context(mock.patch.object(module, "seed", counted))
            yield errors

    def _counted(self, seed: Callable[..., None]) -> Callable[..., None]:
        """Let the stand-ins know when a test seeds the shared random numbers."""

        def counted(*args: Any, **kwargs: Any) -> None:
            self._stand_ins.settings.seeds += 1
            seed(*args, **kwargs)

        return counted

    def _last_value(self, test: OrdinaryTest, source: str, value: Any) -> Any:
        """Return the value of a test's last line; a number where the reference solution has one.

        nbgrader gives all points for what is no number, is negative, or NaN, and for NumPy's
        numbers, which are not shown as plain ones.
        """
        place = "its last value" if source == test.source else "its last value as shown"
        number = isinstance(value, numbers.Real) and type(value) is not bool and float(value) >= 0
        is_plain, objects = type(value) in (int, float), self._objects.get(test.grade_id, ())
        if self._stand_ins.recording and number:
            if is_plain or value == test.points:
                self._stand_ins.seen.add(place if is_plain else f"{place}, not plain")
        elif place in objects or f"{place}, not plain" in objects:
            if not number:
                raise NoNumber
            return float(value) if place in objects else value
        return value

    def _trouble(self, channel: WatchedChannel) -> Exception | None:
        return channel.trouble or self._stand_ins.trouble or over_budget()


def _at_most(again: Verdict, turn: _Turn, verdict: Verdict, why: str) -> Verdict:
    """Return a verdict, or one with the points of another turn, if it has fewer."""
    if again.score >= verdict.score:
        return verdict
    return turn.test.verdict(again.score, "partial" if again.score else "incorrect", why)


def _wrong(test: OrdinaryTest, error: BaseException, concealed: bool) -> Verdict:
    """Return no points for an exception; in a concealed run without a word of the student's."""
    if concealed and isinstance(error, CannotCross):  # it names what the student has named
        error = Refused()
    about_the_student = getattr(error, "check_message", "")
    if about_the_student:  # the boundary's errors
        status = _STATUS.get(str(getattr(error, "status", "")), "error")
        message = visible(str(about_the_student))[:300]
        return test.verdict(0.0, status, f"{message[:1].upper()}{message[1:]}.")
    name = str(getattr(error, "student_type", type(error).__name__))
    return failed(test, name, _text(error))


def _text(error: BaseException) -> str:
    """Return an exception's text; making it can fail, too."""
    try:
        return str(error)
    except Exception:
        return ""
