"""Hints for every gap, from the general idea to almost the line; looking costs no marks.

`hints.md` has this course's hints; a released exercise may carry its own. The state folder keeps
how many a learner has seen. The call after the last hint gives the solution where the instructor
has handed out `solutions.json`, which the package never has.
"""

import contextlib
import os
import re
import sys
import textwrap
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from course.errors import CourseError
from course.files import read_state, state_folder, write_state
from course.notebook.release_folder import all_gaps, read_release, released_notes

SOLUTIONS_FILE = "solutions.json"
SOLUTIONS_VARIABLE = "COURSE_SOLUTIONS"

_HINTS = Path(__file__).with_name("hints.md")
_GAP = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^\d+\. (.*?)(?=^\d+\. |\Z)", re.MULTILINE | re.DOTALL)
_SEEN = "hints.json"
_NO_SOLUTION = "That was the last hint. Solutions are shown once your instructor hands them out."
_WIDTH = 88


def hint(name: str, *, reset: bool = False) -> None:
    """Show the next hint for a gap: the idea, then the operation, then almost the line.

    Call it again for the next one, after the third for the solution if your instructor has handed
    it out. `reset=True` begins with the first hint again. While a notebook is graded or checked it
    shows nothing and counts nothing. Raises CourseError for a name that is no gap.
    """
    from course.data import is_grading

    if is_grading():
        return  # the list of released exercises is not there
    if reset:
        forget(require_gap(name))
    _show(next_hint(name))


def next_hint(name: str) -> str:
    """Return the next hint as Markdown, and count it as seen."""
    tier = hints_seen().get(require_gap(name), 0) + 1
    texts = read_hints()[name]
    last = len(texts)
    write_state(state_folder() / _SEEN, hints_seen() | {name: min(tier, last + 1)})
    if tier > last and (solution := _handed_out_solution(name)):
        return f"**The solution of `{name}`**\n\n```python\n{solution}\n```"
    text = texts[min(tier, last) - 1]
    if tier > last:
        return f"**Hint {last} of {last} for `{name}`**\n\n{text}\n\n*{_NO_SOLUTION}*"
    more = "" if tier == last else f'\n\n*Still stuck? `course.hint("{name}")` again.*'
    return f"**Hint {tier} of {last} for `{name}`**{_quiz_question(name)}\n\n{text}{more}"


def read_hints() -> dict[str, tuple[str, ...]]:
    """Map each gap of the released exercises to its hints, each one paragraph of Markdown.

    An exercise may carry its own; those of this course's are in `hints.md`.
    """
    own = {gap: notes.hints for gap, notes in released_notes().items() if notes.hints}
    known = _course_hints() | own
    return {gap: known[gap] for gap in all_gaps() if gap in known}


def items_of(text: str) -> tuple[str, ...]:
    """Return the numbered items of a Markdown text, each as one line."""
    return tuple(" ".join(item.split()) for item in _ITEM.findall(text))


@lru_cache
def _course_hints() -> dict[str, tuple[str, ...]]:
    """Read `hints.md`."""
    text = _HINTS.read_text(encoding="utf-8")
    return {gap: items_of(body) for gap, body in _GAP.findall(text)}


def require_gap(name: str) -> str:
    """Return the name of a gap; raise CourseError with the closest gap for another name."""
    known = read_hints()
    if name in known:
        return name
    if name in all_gaps():
        raise CourseError(f"No hints were written for {name!r}.", "Ask your instructor.")
    close = get_close_matches(str(name), known, n=1)
    suggestion = f"Did you mean {close[0]}?" if close else f"Gaps are {', '.join(known)}."
    raise CourseError(f"There is no gap called {name!r}.", suggestion)


def hints_seen() -> dict[str, int]:
    """Return how many hints were shown for each gap; {} where the state can't be read."""
    seen = read_state(state_folder() / _SEEN)
    return {name: n for name, n in seen.items() if isinstance(n, int) and n > 0}


def forget(gap: str) -> None:
    """Begin with the first hint of a gap again."""
    write_state(state_folder() / _SEEN, {n: t for n, t in hints_seen().items() if n != gap})


def _quiz_question(name: str) -> str:
    """Quote the question that a hint of the quiz is about: a class may have another quiz."""
    gap = all_gaps()[name]
    cells = read_release("quiz").cells if gap.assignment == "quiz" else []
    text = next((cell.source for cell in cells if cell["id"] == f"{name}_question"), "")
    question = text.partition("\n")[0].partition("** ")[2]
    if not question:
        return ""
    return f"\n\n> {question}\n\n*If your quiz asks something else here, this hint is not for it.*"


def _handed_out_solution(gap: str) -> str:
    """Return the solution of a gap, "" where none was handed out."""
    from course.learner.folder import find_folder

    named = os.environ.get(SOLUTIONS_VARIABLE)
    here = Path.cwd()
    paths = [Path(named)] if named else []
    paths += [here / SOLUTIONS_FILE, here.parent / SOLUTIONS_FILE]
    with contextlib.suppress(CourseError):  # hints also work without a folder of notebooks
        paths.append(find_folder() / SOLUTIONS_FILE)
    solutions = (read_state(path).get(gap) for path in paths)
    return next((solution for solution in solutions if isinstance(solution, str)), "")


def as_text(markdown: str) -> str:
    """Return Markdown as plain text for a terminal; code stays as it is."""
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


def _show(text: str) -> None:
    """Render Markdown in a notebook, print it elsewhere."""

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import Markdown, display

        display(Markdown(text))
    else:
        print(as_text(text))
