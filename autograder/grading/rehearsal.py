"""Runs a test in two turns: the part in sight where it stands, the whole after the last cell.

A function that has seen a hidden input could show it: in a later cell's output, in a picture, in
the message of another gap. So nothing hidden is asked before the last cell has run and all outputs
are taken. The whole test runs then; what its part in sight asked before is answered as before.
"""

from collections import deque
from typing import Any

from autograder.boundary.agent.convpool_agent.decoding import decode
from autograder.boundary.agent.convpool_agent.encoding import encode
from autograder.boundary.agent.convpool_agent.keras_values import reduce
from autograder.boundary.channel import Channel, no_handle
from course.crossing import MAX_BYTES

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


def in_sight(source: str) -> str:
    """Return a test cell without its hidden regions, as students have it."""
    kept, hidden = [], False
    for line in source.splitlines(keepends=True):
        hidden = hidden or BEGIN in line
        if not hidden:
            kept.append(line)
        hidden = hidden and END not in line
    return "".join(kept)


class Rehearsal:
    """A channel that keeps the replies to a test's part in sight, and can give them again."""

    def __init__(self, channel: Channel) -> None:
        """Send requests through `channel`."""
        self._channel = channel
        self._told: deque[tuple[bytes, bytes]] = deque()
        self._kept = self._told  # of the turn before
        self._room = MAX_BYTES  # of replies; what is more is asked again
        self._over = False
        self._all_kept = True
        self.strayed = False
        """Whether something was asked once more, or before all of the kept replies were given."""

    def repeat(self) -> None:
        """Give the replies of this turn once more, in their order; the rest is asked."""
        self._kept, self._told, self._over = self._told, deque(), True

    def answers_again(self, kind: str, fields: dict[str, object]) -> bool:
        """Tell whether a request would get the reply that it got before."""
        return bool(self._over and self._kept and self._kept[0][0] == _question(kind, fields))

    def request(self, kind: str, fields: dict[str, object], timeout: float) -> dict[str, Any]:
        """Send a request as `Channel` does, or repeat the reply that it got before."""
        handle = _handle_for(fields)
        if not self._over:
            asked = _question(kind, fields)
            all_kept, self._all_kept = self._all_kept, False
            reply = self._channel.request(kind, {**fields, "keep": True}, timeout)
            kept = self._keep(asked, encode(reply, reduce=reduce, wide=handle))
            self._all_kept = all_kept and kept
            return reply
        if self.answers_again(kind, fields):
            self._told.append(self._kept.popleft())
            return decode(self._told[-1][1], wide=handle is not None)
        # What was not kept, for its size or for an error, is answered anew by who knows what now.
        self.strayed |= bool(self._kept) or not self._all_kept
        fields_now = {**fields, "kept": True}
        if handle is None:
            return self._channel.request(kind, fields_now, timeout)
        # An ordinary test can have a third turn. A call may change what is asked.
        asked = _question(kind, fields)
        reply = self._channel.request(kind, fields_now, timeout)
        self._keep(asked, encode(reply, reduce=reduce, wide=handle))
        return reply

    def _keep(self, asked: bytes, told: bytes) -> bool:
        """Keep a reply while there is room; tell whether there was."""
        self._room -= len(asked) + len(told)
        if self._room >= 0:
            self._told.append((asked, told))
        return self._room >= 0


def _handle_for(fields: dict[str, object]) -> Any:
    return no_handle if fields.get("wide") is True else None


def _question(kind: str, fields: dict[str, object]) -> bytes:
    """Return what is asked; what a request tells of values that both sides hold is none of it."""
    asked = {name: value for name, value in fields.items() if name != "shared"}
    return encode({"kind": kind, **asked}, reduce=reduce, wide=_handle_for(fields))
