"""Submissions that are alike beyond what everybody was given: a list to look at, never a mark."""
