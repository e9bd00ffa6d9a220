"""Fifty notebooks as a hard week brings them: blank, half done, crashing."""

import itertools
from collections.abc import Iterator

from support.reference import reference

from autograder.build.answer_files import Answers
from autograder.folders import CourseFolder

ASSIGNMENTS = ("reshape", "convolution", "pooling", "quiz", "cnn")

# What stands in place of a gap's answer.
CRASHES = {
    "no colon": "def {gap}(*given)\n    return 1",
    "only a comment": "# I will do this tomorrow",
    "deleted": "",
    "an error in the cell": "{gap} = undefined_name + 1",
    "an error when called": "def {gap}(*given, **named):\n    return given[99]",
    "endless recursion": "def {gap}(*given, **named):\n    return {gap}(*given, **named)",
    "leaves Python": "def {gap}(*given, **named):\n    raise SystemExit('done')",
    "ends the process": "import os\n\ndef {gap}(*given, **named):\n    os._exit(3)",
}


def notebooks(course: CourseFolder) -> Iterator[tuple[str, str, Answers]]:
    """Give (student, assignment, answers): for each assignment a blank one, a half and crashes."""
    for assignment in ASSIGNMENTS:
        answers = reference(course, assignment)
        yield "blank", assignment, Answers()
        half = dict(itertools.islice(answers.gaps.items(), len(answers.gaps) // 2))
        yield "half", assignment, Answers(gaps=half)
        for name, source in CRASHES.items():
            last = list(answers.gaps)[-1]
            gaps = {**answers.gaps, last: source.format(gap=last)}
            yield name.replace(" ", "-"), assignment, Answers(gaps=gaps)
