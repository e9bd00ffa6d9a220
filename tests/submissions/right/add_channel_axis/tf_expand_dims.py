# %% [markdown]
# road: tf.expand_dims and back to NumPy

# %% gap="add_channel_axis"
import tensorflow as tf

def add_channel_axis(images):
    return tf.expand_dims(images, -1).numpy()
