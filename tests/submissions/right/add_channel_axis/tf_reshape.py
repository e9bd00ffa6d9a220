# %% [markdown]
# road: tf.reshape

# %% gap="add_channel_axis"
import tensorflow as tf

def add_channel_axis(images):
    return tf.reshape(images, (*images.shape, 1))
