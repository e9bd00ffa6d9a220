"""Reads `hints.md`: for every gap its hints, from the general idea to almost the line."""

import re
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("hints.md")
TIERS = 3

_GAP = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^\d+\. (.*?)(?=^\d+\. |\Z)", re.MULTILINE | re.DOTALL)


@lru_cache
def read_hints() -> dict[str, tuple[str, ...]]:
    """Map each gap to its hints, each one paragraph of Markdown."""
    text = FILE.read_text(encoding="utf-8")
    return {
        gap: tuple(" ".join(item.split()) for item in _ITEM.findall(body))
        for gap, body in _GAP.findall(text)
    }
