"""Web pages for instructors and students: one file each, loading nothing, running nothing foreign.

`document` renders a template under a strict content security policy; `text` shows what students
and checks wrote as text.
"""

from autograder.pages.document import Document

__all__ = ["Document"]
