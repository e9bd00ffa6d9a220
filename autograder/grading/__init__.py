"""Grading: a submission's cells run in the sandbox, its tests in a process of their own.

collect → ingest → student (sandboxed kernel) → tests (trusted) → results → marks → grades.csv
"""
