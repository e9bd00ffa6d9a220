"""Writes a number with its noun: 1 change, 2 changes."""


def counted(count: float, one: str, many: str = "") -> str:
    """Write a count and what is counted; `many` is needed where an s alone makes no plural."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:g}"
    return f"{number} {one if count == 1 else many or one + 's'}"
