"""Prepare TensorFlow for programs that run each of their functions a few times, and then end.

A warm process imports this for the notebooks that are graded. TensorFlow rewrites the graph of a
function before it first runs, which takes as long as many steps of a small network; without that
it computes the same.
"""

import tensorflow as tf

tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
