# %% [markdown]
# road: by asking Keras

# %% gap="count_parameters"
import tensorflow as tf

def count_parameters(filters, kernel, channels):
    layer = tf.keras.layers.Conv2D(filters, kernel)
    layer.build((None, 20, 20, channels))
    return layer.count_params()
