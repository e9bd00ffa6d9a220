"""Work given to an executor, a bounded amount of it at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Given = TypeVar("Given")


class InFlight(Generic[Item, Given]):
    """Submits items as others are done: memory is bounded by `most`, not by the class."""

    def __init__(
        self,
        items: Iterable[Item],
        submit: Callable[[Item], "Future[Given]"],
        most: Callable[[], int],
    ) -> None:
        """Take the items one by one; `most` says how many may be under way at this time."""
        self._items, self._submit, self._most = iter(items), submit, most
        self._waiting: dict[Future[Given], Item] = {}

    def done(self) -> Iterator[tuple[Item, "Future[Given]"]]:
        """Yield each item with its future as soon as that is done, whatever came of it."""
        while True:
            for item in islice(self._items, max(0, self._most() - len(self._waiting))):
                self._waiting[self._submit(item)] = item
            if not self._waiting:
                return
            finished, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield self._waiting.pop(future), future

    def rest(self) -> Iterator[tuple[Item, "Future[Given]"]]:
        """Start nothing more, and yield what was under way and came to a result."""
        for future in self._waiting:
            future.cancel()
        wait(self._waiting)
        for future, item in self._waiting.items():
            if not future.cancelled() and future.exception() is None:
                yield item, future
        self._waiting.clear()
