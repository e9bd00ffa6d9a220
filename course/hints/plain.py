"""A hint as it looks in a terminal: wrapped, without Markdown's stars."""

import textwrap

_WIDTH = 88


def as_text(markdown: str) -> str:
    """Return Markdown as plain text; code stays as it is."""
    lines: list[str] = []
    in_code = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(f"    {line}")
        else:
            plain = line.replace("**", "")
            plain = plain.strip("*") if plain.startswith("*") else plain
            lines += textwrap.wrap(plain, _WIDTH, break_on_hyphens=False) or [""]
    return "\n".join(lines)
