"""Feedback pages: one for each student and assignment, from the result that grading kept."""
