"""Submissions that are alike beyond what everybody was given: a list to look at, never a mark.

`normal` (code without names, comments and order), `fingerprints` (its fragments), `compare`
(pairs that share what is rare in the class), `desk` (the command). Nothing is run.
"""
