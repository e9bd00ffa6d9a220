# %% [markdown]
# misconception: kept-between-calls
# score: 0
# note: a later result of the same shape overwrites an earlier one

# %% gap="scale_pixels"
buffers = {}

def scale_pixels(images):
    buffer = buffers.setdefault(images.shape, np.zeros(images.shape))
    np.divide(images, 255.0, out=buffer)
    return buffer
