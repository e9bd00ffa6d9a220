"""Grading: a run over a class, one submission, and the worker that runs its tests."""
