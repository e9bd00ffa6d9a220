# %% [markdown]
# misconception: axes-left-over
# score: 0

# %% gap="convolve2d"
import tensorflow as tf

def convolve2d(image, kernel):
    return tf.nn.conv2d(image[None, :, :, None], kernel[:, :, None, None], 1, "VALID")
