# %% [markdown]
# misconception: four-axes-wanted
# score: 0

# %% gap="convolve2d"
import tensorflow as tf

def convolve2d(image, kernel):
    return tf.keras.layers.Conv2D(1, kernel.shape)(image)
