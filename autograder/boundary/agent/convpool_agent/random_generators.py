"""Generators of random numbers as their kind and state: Python's `Random`, NumPy's two."""

import random
from typing import Any

import numpy as np

from .npy import MalformedData
from .records import WideRecord

_WORDS = 624  # of the Mersenne twister's state


def is_generator(value: Any) -> bool:
    """Whether a value is a generator whose state can be sent."""
    if type(value) is np.random.Generator:
        return type(value.bit_generator) is np.random.PCG64
    return type(value) in (random.Random, np.random.RandomState)


def lowered_generator(value: Any) -> WideRecord:
    """Return a generator's record."""
    if type(value) is random.Random:
        _, numbers, gauss = value.getstate()
        return WideRecord("random", [np.array(numbers, dtype="<u4"), gauss])
    if type(value) is np.random.RandomState:
        legacy: Any = value.get_state(legacy=True)
        _, keys, place, has_gauss, gauss = legacy
        return WideRecord(
            "random_state", [keys.astype("<u4"), int(place), int(has_gauss), float(gauss)]
        )
    state: Any = value.bit_generator.state
    numbers = [hex(state["state"][name]) for name in ("state", "inc")]
    return WideRecord("generator", [*numbers, int(state["has_uint32"]), int(state["uinteger"])])


def copy_state(kept: Any, value: Any) -> None:
    """Let one generator go on where another of its type is."""
    if isinstance(kept, random.Random):
        kept.setstate(value.getstate())
    elif isinstance(kept, np.random.RandomState):
        kept.set_state(value.get_state(legacy=True))
    else:
        kept.bit_generator.state = value.bit_generator.state


def _random(content: Any) -> random.Random:
    words, gauss = content
    if _words(words, _WORDS + 1)[-1] > _WORDS or type(gauss) not in (float, type(None)):
        raise MalformedData("a generator has no proper state")
    made = random.Random()
    made.setstate((3, tuple(int(word) for word in words), gauss))
    return made


def _random_state(content: Any) -> np.random.RandomState:
    words, place, has_gauss, gauss = content
    if type(place) is not int or not 0 <= place <= _WORDS or type(gauss) is not float:
        raise MalformedData("a generator has no proper state")
    made = np.random.RandomState()
    made.set_state(("MT19937", _words(words, _WORDS), place, int(has_gauss == 1), gauss))
    return made


def _words(words: Any, count: int) -> np.ndarray:
    if not isinstance(words, np.ndarray) or words.shape != (count,) or words.dtype != "<u4":
        raise MalformedData("a generator has no proper state")
    return words


def _generator(content: Any) -> np.random.Generator:
    state, inc, has_number, number = content
    if any(type(text) is not str or len(text) > 34 for text in (state, inc)):
        raise MalformedData("a generator has no proper state")
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(state, 16) % 2**128, "inc": int(inc, 16) % 2**128},
        "has_uint32": int(has_number == 1),
        "uinteger": int(number) % 2**32,
    }
    return np.random.Generator(bits)


GENERATOR_MAKERS = {"random": _random, "random_state": _random_state, "generator": _generator}
