"""A learner's notebook as data: its marks, its rebuilding as grading runs it, its verdicts."""

from course.notebook.marks import mark_of
from course.notebook.matching import Place, outline_of, same_text
from course.notebook.rebuild import Rebuilt, rebuild_from
from course.notebook.tampering import Flag, one_line

__all__ = [
    "Flag",
    "Place",
    "Rebuilt",
    "mark_of",
    "one_line",
    "outline_of",
    "rebuild_from",
    "same_text",
]
