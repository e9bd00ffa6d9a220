"""Finds the practice bank that is shipped with the course."""

from functools import cache
from pathlib import Path

from course.quiz.bank import read_bank
from course.quiz.model import Bank

PRACTICE_BANK = Path(__file__).parent.parent / "quiz.md"


@cache
def practice_bank() -> Bank:
    """Read the shipped practice bank once."""
    return read_bank(PRACTICE_BANK)
