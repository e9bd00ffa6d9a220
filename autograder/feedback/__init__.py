"""Feedback pages: one per student and assignment, from the result that grading kept.

`cells` (what the student wrote and saw, as text and pictures), `checks` (the hidden checks'
names), `gaps` (mark, message and what to read), `page` (the page), `returning` (zips in the LMS's
own naming), `exporter` (the same page for nbgrader's command and formgrader's button). `hide_tests`
is for the page of nbgrader's own, where stock nbgrader graded.
"""
