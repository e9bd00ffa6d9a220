"""A learner's notebook as data: its marks, its rebuilding as grading runs it, its verdicts."""
