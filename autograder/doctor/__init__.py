"""Examines this machine, a class and a course: what would go wrong, and what to do about it."""
