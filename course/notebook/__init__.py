"""The cells of a learner's notebook, as data: which are the author's, which the learner's.

Grading and `course check` rebuild a notebook with the same code, so that both run the same cells.
"""

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
