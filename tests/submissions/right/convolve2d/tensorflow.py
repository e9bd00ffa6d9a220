# %% [markdown]
# road: tf.nn.conv2d, in float32

# %% gap="convolve2d"
import tensorflow as tf

def convolve2d(image, kernel):
    image = tf.cast(image, tf.float32)[tf.newaxis, :, :, tf.newaxis]
    kernel = tf.cast(kernel, tf.float32)[:, :, tf.newaxis, tf.newaxis]
    return tf.nn.conv2d(image, kernel, strides=1, padding="VALID")[0, :, :, 0]
