"""The solutions of a class, as one file that an instructor hands out when the time has come.

It goes into the class folder, never into a release or the package. `course.hint` shows a gap's
solution after its last hint where the file lies beside the learner's notebooks.
"""

import json
from pathlib import Path

from autograder.build.answer_files import reference_answers
from autograder.build.contract import read_source_notebook
from autograder.folders import ClassFolder, CourseFolder
from course.learner.hints import FILE_NAME

_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION", "### KEEP ABOVE")


def solutions_file(
    course: CourseFolder, class_folder: ClassFolder, names: list[str]
) -> dict[Path, bytes]:
    """Return the file with the solutions of the named assignments (all, if none is named).

    A class's own quiz is taken before the course's.
    """
    solutions: dict[str, str] = {}
    for name in course.require(names):
        own = class_folder.source(name)
        source = read_source_notebook(own if own.is_file() else course.source(name))
        for gap, code in reference_answers(source).gaps.items():
            solutions[gap] = _without_marks(code)
    text = json.dumps(solutions, ensure_ascii=False, indent=1) + "\n"
    return {class_folder.root / "release" / FILE_NAME: text.encode()}


def _without_marks(code: str) -> str:
    """Leave out the lines that tell the build where a solution is, and a value's stub above it."""
    if _MARKS[2] in code:
        code = code.partition(_MARKS[0])[2]
    return "\n".join(line for line in code.strip().splitlines() if line.strip() not in _MARKS)
