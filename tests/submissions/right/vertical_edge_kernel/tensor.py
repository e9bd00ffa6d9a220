# %% [markdown]
# road: a tensor

# %% gap="vertical_edge_kernel"
import tensorflow as tf

def vertical_edge_kernel():
    return tf.constant([[3.0, 0.0, -3.0], [10.0, 0.0, -10.0], [3.0, 0.0, -3.0]])
