# %% [markdown]
# road: tf.nn.max_pool2d

# %% gap="max_pool2d"
import tensorflow as tf

def max_pool2d(feature_map, size=2):
    batch = tf.cast(feature_map, tf.float32)[tf.newaxis, :, :, tf.newaxis]
    return tf.nn.max_pool2d(batch, size, size, padding="VALID")[0, :, :, 0]
