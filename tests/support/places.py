"""Where the tests find the checkout, and what lies in it."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
