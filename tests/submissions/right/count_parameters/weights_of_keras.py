# %% [markdown]
# road: the sizes of Keras weights

# %% gap="count_parameters"
import tensorflow as tf

def count_parameters(filters, kernel, channels):
    layer = tf.keras.layers.Conv2D(filters, (kernel, kernel))
    layer.build((1, kernel, kernel, channels))
    return sum(int(np.prod(weight.shape)) for weight in layer.weights)
