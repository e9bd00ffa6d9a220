"""Gives the next hint for a gap; looking costs no marks and earns none."""

import sys
from difflib import get_close_matches

from course.errors import CourseError
from course.hints import memory
from course.hints.bank import TIERS, read_hints
from course.hints.solutions import solution

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
        memory.forget(require_gap(name))
    _show(next_hint(name))


def next_hint(name: str) -> str:
    """Return the next hint as Markdown, and remember that it was given."""
    tier = memory.tiers().get(require_gap(name), 0) + 1
    memory.remember(name, min(tier, TIERS + 1))
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
    from course.released import read_release

    cells = read_release("quiz").cells if name.startswith("q") else []
    text = next((cell.source for cell in cells if cell["id"] == f"{name}_question"), "")
    question = text.partition("\n")[0].partition("** ")[2]
    if not question:
        return ""
    return f"\n\n> {question}\n\n*If your quiz asks something else here, this hint is not for it.*"


def _show(text: str) -> None:
    """Render Markdown in a notebook, print it elsewhere."""
    from course.hints.plain import as_text

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import Markdown, display

        display(Markdown(text))
    else:
        print(as_text(text))
