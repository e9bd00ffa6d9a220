# %% [markdown]
# misconception: padding-same
# score: 0

# %% gap="strided_convolve2d"
import tensorflow as tf

def strided_convolve2d(image, kernel, stride):
    batch = tf.constant(image)[None, :, :, None]
    return tf.nn.conv2d(batch, kernel[:, :, None, None], stride, "SAME")[0, :, :, 0]
