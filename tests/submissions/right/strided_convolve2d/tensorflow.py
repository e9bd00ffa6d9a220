# %% [markdown]
# road: tf.nn.conv2d with strides

# %% gap="strided_convolve2d"
import tensorflow as tf

def strided_convolve2d(image, kernel, stride):
    image = tf.constant(image, tf.float32)[None, :, :, None]
    kernel = tf.constant(kernel, tf.float32)[:, :, None, None]
    return tf.nn.conv2d(image, kernel, stride, "VALID").numpy().squeeze(axis=(0, 3))
