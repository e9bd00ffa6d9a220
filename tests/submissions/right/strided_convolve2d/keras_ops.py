# %% [markdown]
# road: keras.ops.conv

# %% gap="strided_convolve2d"
import keras

def strided_convolve2d(image, kernel, stride):
    batch, weights = image[None, :, :, None], kernel[:, :, None, None]
    return keras.ops.conv(batch, weights, strides=stride, padding="valid")[0, :, :, 0]
