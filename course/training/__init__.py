"""Keras training with a time estimate, a stop button and results that are kept on disk."""

from course.training.fit import fit, watched

__all__ = ["fit", "watched"]
