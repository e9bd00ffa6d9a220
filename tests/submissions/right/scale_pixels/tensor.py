# %% [markdown]
# road: tf.cast, a tensor back

# %% gap="scale_pixels"
import tensorflow as tf

def scale_pixels(images):
    return tf.cast(images, tf.float32) / 255.0
