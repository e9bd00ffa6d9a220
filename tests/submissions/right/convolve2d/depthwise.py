# %% [markdown]
# road: tf.nn.depthwise_conv2d

# %% gap="convolve2d"
import tensorflow as tf

def convolve2d(image, kernel):
    batch = tf.convert_to_tensor(image[np.newaxis, ..., np.newaxis])
    weights = tf.convert_to_tensor(kernel[..., np.newaxis, np.newaxis])
    return tf.nn.depthwise_conv2d(batch, weights, [1, 1, 1, 1], "VALID")[0, ..., 0]
