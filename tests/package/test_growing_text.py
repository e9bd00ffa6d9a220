"""What measures a reader's time fails for a square, and not for a machine that does other work."""

import re
from collections.abc import Callable

import pytest
from support import growing_text
from support.growing_text import TRIES, takes_linear_time


class Clock:
    """The processor's time, as a pretended reader takes it on a pretended machine."""

    def __init__(self, cost: Callable[[int], float], noise: tuple[float, ...]) -> None:
        self.cost, self.noise, self.now, self.reads = cost, noise, 0.0, 0

    def __call__(self) -> float:
        return self.now

    def read(self, text: str) -> None:
        noise = self.noise[self.reads] if self.reads < len(self.noise) else 1.0
        self.now += self.cost(len(text)) * noise
        self.reads += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    def make(cost: Callable[[int], float], noise: tuple[float, ...] = ()) -> Clock:
        made = Clock(cost, noise)
        monkeypatch.setattr(growing_text, "process_time", made)
        return made

    return make


def test_a_reader_that_takes_the_square_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_text, "TRIES", 2)

    # So long that a fast processor takes long enough to be measured, too.
    with pytest.raises(AssertionError, match="of the double"):
        takes_linear_time(lambda text: re.search(r" +x", text), " ", 32_000, seconds=5)


@pytest.mark.parametrize("noise", [(), (1.0, 4.0), (1.2, 1.0, 1.1, 1.0), (1.6, 1.0)])
@pytest.mark.parametrize("seconds", [0.13, 0.5, 2.5])
def test_a_square_fails_however_noisy_the_machine(clock, seconds: float, noise: tuple[float, ...]):
    square = clock(lambda length: seconds * (length / 1000) ** 2, noise)

    with pytest.raises(AssertionError):
        takes_linear_time(square.read, "a", 1000, seconds=3)

    assert square.reads == 2 * TRIES


@pytest.mark.parametrize("noise", [(1, 2.8), (1, 40), (50, 50), (1, 9, 1, 3, 1, 4)])
def test_a_machine_that_does_other_work_fails_no_reader(clock, noise: tuple[float, ...]) -> None:
    linear = clock(lambda length: 0.12 * length / 1000, noise)

    takes_linear_time(linear.read, "a", 1000, seconds=3)

    assert linear.reads <= 2 * TRIES


def test_a_reader_that_is_too_slow_fails(clock) -> None:
    with pytest.raises(AssertionError, match="1,000 characters took 3"):
        takes_linear_time(clock(lambda length: 3.2 * length / 1000).read, "a", 1000, seconds=3)


def test_a_reader_that_remembers_texts_is_as_slow_as_it_is(clock) -> None:
    known: set[str] = set()
    square = clock(lambda length: 0.5 * (length / 1000) ** 2)

    def read(text: str) -> None:
        if text not in known:
            square.read(text)
            known.add(text)

    with pytest.raises(AssertionError, match="of the double"):
        takes_linear_time(read, "a", 1000, seconds=3)
