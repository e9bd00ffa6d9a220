# %% [markdown]
# road: a Conv2D layer with this kernel

# %% gap="convolve2d"
import tensorflow as tf

def convolve2d(image, kernel):
    layer = tf.keras.layers.Conv2D(1, kernel.shape, use_bias=False)
    layer.build((1, *image.shape, 1))
    layer.set_weights([kernel[:, :, None, None]])
    return layer(image[None, :, :, None])[0, :, :, 0]
