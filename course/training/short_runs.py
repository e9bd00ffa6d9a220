"""Imported for its effect: prepares TensorFlow for notebooks that are graded.

TensorFlow rewrites the graph of a function before it first runs, which takes as long as many steps
of a small network. A graded notebook runs each function a few times and then ends; without the
rewriting it computes the same. A learner's own training is long enough to gain from it, so only
the grader's warm processes import this module.
"""

import tensorflow as tf

tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
