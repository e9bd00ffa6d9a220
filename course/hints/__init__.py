"""Hints in three tiers for every gap, then the solution where the instructor has handed it out.

hints.md     the hints, written by hand
bank         the file, read
memory       which tier a learner has reached
solutions    the instructor's file of solutions, if there is one
giving       the next hint, for `course.hint` and `course hint`
"""
