# %% [markdown]
# road: Keras's Rescaling layer

# %% gap="scale_pixels"
import tensorflow as tf

def scale_pixels(images):
    return tf.keras.layers.Rescaling(1 / 255)(images)
