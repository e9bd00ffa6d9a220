# %% [markdown]
# misconception: scaled-to-length
# score: 0

# %% gap="scale_pixels"
import tensorflow as tf

def scale_pixels(images):
    return tf.keras.utils.normalize(images, axis=1)
