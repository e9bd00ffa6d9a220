"""Writes a number with its noun: 1 change, 2 changes."""


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count and what is counted; `many` is needed where an s alone makes no plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
