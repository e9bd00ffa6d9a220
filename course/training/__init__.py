"""Training that respects a learner's time.

fit        Keras's `fit` with an estimate first, a stop button that loses nothing, and a memory
estimate   how long it would take, measured on the first steps, which are then undone
watch      the stop button, as a callback
kept       results on disk, so that a restart need not train again
"""

from course.training.fit import fit, watched

__all__ = ["fit", "watched"]
