"""Training that respects a learner's time: an estimate, a stop button, results that are kept."""

from course.training.fit import fit, watched

__all__ = ["fit", "watched"]
