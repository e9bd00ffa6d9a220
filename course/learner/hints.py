"""Reads `hints.md`: for every gap its hints, from the general idea to almost the line."""

import os
import re
import sys
import textwrap
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from course.errors import CourseError
from course.files import read_state, state_folder, write_state

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


# Which tier of hints a learner has reached, kept in the state folder.


_FILE = "hints.json"


def tiers() -> dict[str, int]:
    """Return how many hints were given for each gap."""
    kept = read_state(state_folder() / _FILE)
    return {name: n for name, n in kept.items() if isinstance(n, int) and n > 0}


def remember(gap: str, tier: int) -> None:
    """Keep how many were given; a folder that can't be written begins anew each time."""
    write_state(state_folder() / _FILE, tiers() | {gap: tier})


def forget(gap: str) -> None:
    """Begin anew with a gap."""
    write_state(state_folder() / _FILE, {n: tier for n, tier in tiers().items() if n != gap})


# A hint as it looks in a terminal: wrapped, without Markdown's stars.


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


# The solutions that an instructor has handed out: `solutions.json`, never part of the package.


FILE_NAME = "solutions.json"
VARIABLE = "COURSE_SOLUTIONS"


def solution(gap: str) -> str:
    """Return the solution of a gap, "" where none was handed out."""
    for path in _places():
        found = read_state(path).get(gap)
        if isinstance(found, str):
            return found
    return ""


def _places() -> list[Path]:
    """List where the file may lie."""
    from course.learner.folder import find_folder

    named = os.environ.get(VARIABLE)
    here = Path.cwd()
    places = [Path(named)] if named else []
    places += [here / FILE_NAME, here.parent / FILE_NAME]
    try:
        places.append(find_folder() / FILE_NAME)
    except CourseError:
        # Hints need no folder of notebooks.
        return places
    return places


# Gives the next hint for a gap; looking costs no marks and earns none.


_NO_SOLUTION = "That was the last hint. Solutions are shown once your instructor hands them out."


def hint(name: str, *, reset: bool = False) -> None:
    """Show the next hint for a gap: the idea, then the operation, then almost the line.

    Call it again for the next one, after the third for the solution if your instructor has handed
    it out. `reset=True` begins anew. While a notebook is graded or checked it shows nothing and
    counts nothing. Raises CourseError for a name that is no gap.
    """
    from course.data import is_grading

    if is_grading():
        require_gap(name)
        return
    if reset:
        forget(require_gap(name))
    _show(next_hint(name))


def next_hint(name: str) -> str:
    """Return the next hint as Markdown, and remember that it was given."""
    tier = tiers().get(require_gap(name), 0) + 1
    remember(name, min(tier, TIERS + 1))
    if tier <= TIERS:
        more = "" if tier == TIERS else f'\n\n*Still stuck? `course.hint("{name}")` again.*'
        return f"**Hint {tier} of {TIERS} for `{name}`**{_asked(name)}\n\n{said(name, tier)}{more}"
    found = solution(name)
    if found:
        return f"**The solution of `{name}`**\n\n```python\n{found}\n```"
    return f"**Hint {TIERS} of {TIERS} for `{name}`**\n\n{said(name, TIERS)}\n\n*{_NO_SOLUTION}*"


def said(name: str, tier: int) -> str:
    """Return one hint."""
    return read_hints()[name][tier - 1]


def require_gap(name: str) -> str:
    """Return the name of a gap; refuse another with the closest that there is."""
    known = read_hints()
    if name in known:
        return name
    close = get_close_matches(str(name), known, n=1)
    meant = f"Did you mean {close[0]}?" if close else f"Gaps are {', '.join(known)}."
    raise CourseError(f"There is no gap called {name!r}.", meant)


def _asked(name: str) -> str:
    """Quote the question that a hint of the quiz is about: a class may have another quiz."""
    from course.lessons.released import read_release

    cells = read_release("quiz").cells if name.startswith("q") else []
    text = next((cell.source for cell in cells if cell["id"] == f"{name}_question"), "")
    question = text.partition("\n")[0].partition("** ")[2]
    if not question:
        return ""
    return f"\n\n> {question}\n\n*If your quiz asks something else here, this hint is not for it.*"


def _show(text: str) -> None:
    """Render Markdown in a notebook, print it elsewhere."""

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import Markdown, display

        display(Markdown(text))
    else:
        print(as_text(text))
