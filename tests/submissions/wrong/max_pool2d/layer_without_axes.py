# %% [markdown]
# misconception: four-axes-wanted
# score: 0

# %% gap="max_pool2d"
import tensorflow as tf

def max_pool2d(feature_map, size=2):
    return tf.keras.layers.MaxPooling2D(size)(feature_map)
