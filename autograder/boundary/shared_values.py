"""Lists, dicts, sets, arrays and tables that a test and the student's code both hold, on this side.

See `shared_objects`, which is the other side. A value that the test no longer holds is forgotten
after its last change has been told.
"""

import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.boundary.agent.convpool_agent.shared_objects import can_be_shared
from autograder.boundary.channel import BadReply

MAX_HELD = 100
_ONLY_HERE = 2
"""References to a value that only its `_Held` has, as `sys.getrefcount` counts them."""


@dataclass
class _Held:
    """A value, the place where it first stood, and the digest of what both sides have."""

    value: Any
    place: str
    known: bytes
    parted: bool = False
    """Whether a change on the other side was left out here: each keeps its own from now on."""


Kept = tuple[dict[int, _Held], list[int]]
"""What a test began with, and the numbers that its values got, in their order."""


class SharedValues:
    """The values that the tests of one student's process share with it."""

    def __init__(self, digest: Callable[[Any], bytes], sent: Callable[[Any], Any]) -> None:
        """Use `digest` to notice changes, and `sent` for what is sent of a value."""
        self._digest, self._sent = digest, sent
        self._held: dict[int, _Held] = {}
        self._last = secrets.randbits(40)  # another run's numbers are none of this one's
        self._repeated = False
        self._given: list[int] = []
        self._again: Iterator[int] = iter(())
        self._touched: set[int] = set()

    def begin(self, kept: Kept | None = None) -> Kept:
        """Begin a test; return what to begin it with when it runs for the second time.

        In its second turn the student's side may know later changes: all content is told anew.
        """
        self._repeated, self._given = kept is not None, []
        if kept is not None:
            self._held, self._again = dict(kept[0]), iter(list(kept[1]))
            for held in self._held.values():
                held.parted = False
        for number in [one for one, held in self._held.items() if _is_forgotten(held)]:
            del self._held[number]
        return dict(self._held), self._given

    def fields(
        self, args: Sequence[Any], kwargs: dict[str, Any], place: str, again: bool
    ) -> dict[str, Any]:
        """Return what a request says of shared values, its arguments among them.

        One that is answered `again` as in the test's first turn gives the numbers of that turn.
        """
        changed = self._changes()
        positional = [self._number_of(value, place, again) for value in args]
        named = {name: self._number_of(value, place, again) for name, value in kwargs.items()}
        self._touched = {*positional, *named.values()}
        return {"args": positional, "kwargs": named, "changed": changed, "held": list(self._held)}

    def _changes(self) -> list[list[Any]]:
        """List what the test has changed; forget what it no longer holds."""
        changed = []
        for place, (number, held) in enumerate(list(self._held.items())):
            now = self._digest(held.value)
            if now and not held.parted and (self._repeated or now != held.known):
                changed.append([number, self._sent(held.value)])
                held.known = now
            if not now or _is_forgotten(held) or place < len(self._held) - MAX_HELD:
                del self._held[number]
        return changed

    def _number_of(self, value: Any, place: str, again: bool) -> int:
        """Return a value's number, 0 for one that is copied only."""
        if not can_be_shared(value):
            return 0
        for number, held in self._held.items():
            if held.value is value and (again or not held.parted):
                return number
        known = self._digest(value)
        if not known:
            return 0
        self._last += 1
        number = next(self._again, self._last) if again else self._last
        self._given.append(number)
        self._held[number] = _Held(value, place, known)
        return number

    def changes_in(self, reply: dict[str, Any]) -> list[tuple[Any, Any, str]]:
        """List what the student's code has changed: the value here, its content, its place."""
        changed = _told(reply).get("changed", [])
        if type(changed) is not list:
            raise BadReply("changes that are none")
        found = []
        for one in changed:
            if type(one) is not list or len(one) != 2 or type(one[0]) is not int:
                raise BadReply("a change that is none")
            held = self._held.get(one[0])
            if held is not None:
                self._touched.add(one[0])
                found.append((held.value, one[1], held.place))
        return found

    def result(
        self, reply: dict[str, Any], value: Any, place: str, copied: Callable[[Any, Any, str], bool]
    ) -> Any:
        """Return a reply's result: the value that is here already, if it is one of them.

        `copied` gives that one the result's content, or says that it keeps its own.
        """
        number = _told(reply).get("result", 0)
        if type(number) is not int or not number or not can_be_shared(value):
            return value
        held = self._held.get(number)
        if held is not None and type(held.value) is type(value):
            if not copied(held.value, value, place):
                held.parted = True
                return value
            held.known = self._digest(held.value)
            return held.value
        self._held[number] = _Held(value, place, self._digest(value))
        return value

    def settle(self, left_out: bool) -> None:
        """Take what a reply has changed for what both sides have, unless it was left out here."""
        for held in (self._held[number] for number in self._touched & set(self._held)):
            held.known, held.parted = self._digest(held.value), held.parted or left_out

    def part(self) -> None:
        """Leave the student's code what it has changed, where that was taken back here."""
        self._held = {
            number: held
            for number, held in self._held.items()
            if not held.parted and self._digest(held.value) == held.known
        }


def _is_forgotten(held: _Held) -> bool:
    return sys.getrefcount(held.value) <= _ONLY_HERE


def _told(reply: dict[str, Any]) -> dict[str, Any]:
    told = reply.get("shared", {})
    if type(told) is not dict:
        raise BadReply("a reply of an unknown form")
    return told
