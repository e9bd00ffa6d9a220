# %% [markdown]
# road: an integer tensor

# %% gap="output_size"
import tensorflow as tf

def output_size(size, kernel, stride=1, padding=0):
    return tf.constant((int(size) + 2 * padding - int(kernel)) // stride + 1)
