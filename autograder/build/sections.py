"""Checks that whatever names a section of the lesson names one that the lesson has.

A section has an id, in `course.checks.misconceptions.SECTIONS`. Messages, questions and gaps name
it by this id; texts name it by its number ("section 9") or its title. Each refusal names the file
and what is not there.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.build.contract import place_of
from autograder.folders import CourseFolder
from course.checks.ideas import IDEAS
from course.checks.misconceptions import SECTIONS, SECTIONS_OF_GAPS
from course.errors import BuildError
from course.notebook.cell_marks import mark_of
from course.notebook.release_folder import notes_of

_HEADING = re.compile(r"^# ## (.+)$", re.MULTILINE)
_NEXT_LINE = re.compile(r"\n *#? *")
_NUMBERED = re.compile(r"\bsections? (\d+)(?: (?:and|or) (\d+))?", re.IGNORECASE)
_TITLED = re.compile(r'\bsection ["“](.+?)["”]', re.IGNORECASE)


def require_sections(course: CourseFolder) -> None:
    """Refuse an id, a number or a title of a section that `lesson.py` does not have.

    Raises BuildError with the file and what it names.
    """
    lesson = course.lessons / "lesson.py"
    headings = _HEADING.findall(lesson.read_text(encoding="utf-8"))
    for section, heading in SECTIONS.items():
        if heading not in headings:
            raise BuildError(
                f"course/checks/misconceptions.py: the section {section!r} is “{heading}”, which "
                "is no heading of the lesson.",
                "Write the heading as course/lessons/lesson.py has it.",
            )
    _require_ids("course/checks/ideas.py", IDEAS)
    _require_ids("course/checks/misconceptions.py", SECTIONS_OF_GAPS.values())
    for file in _texts(course):
        _require_named(file.relative_to(course.root), file.read_text(encoding="utf-8"), headings)


def require_known_sections(course: CourseFolder, assignment: str, notebook: NotebookNode) -> None:
    """Refuse a gap's `section` of one word that is no id; several words are shown as they are.

    A course without a lesson has no ids.
    """
    for cell in notebook.cells if course.has_lessons else []:
        notes = notes_of(cell) if mark_of(cell).is_gap else None
        if notes and notes.section and not re.search(r"\s", notes.section):
            _require_ids(place_of(assignment, cell), [notes.section])


def _require_ids(file: str, sections: Iterable[str]) -> None:
    for section in sections:
        if section and section not in SECTIONS:
            raise BuildError(
                f"{file}: {section!r} is the id of no section of the lesson.",
                f"Write one of {', '.join(SECTIONS)}.",
            )


def _texts(course: CourseFolder) -> Iterator[Path]:
    """Yield the files of texts that a learner reads."""
    package = course.lessons.parent
    for folder, kind in ((course.lessons, "*.py"), (course.solutions, "*.py")):
        yield from sorted(folder.glob(kind))
    hints = package / "learner" / "hints.md"
    yield from (file for file in (hints, course.lessons / "contents.md") if file.is_file())


def _require_named(file: Path, text: str, headings: list[str]) -> None:
    """Refuse a text that names a section by a number or a title which no heading has."""
    numbers = {heading.partition(". ")[0] for heading in headings}
    titles = {heading.partition(". ")[2] for heading in headings}
    titles |= {title.partition(":")[0] for title in titles}
    line = _NEXT_LINE.sub(" ", text)
    named = {number for found in _NUMBERED.findall(line) for number in found if number} - numbers
    named |= set(_TITLED.findall(line)) - titles
    if named:
        raise BuildError(
            f"{file}: the lesson has no section {', '.join(sorted(named))}.",
            "Name a heading of course/lessons/lesson.py by its number or its title.",
        )
