# %% gap="scale_pixels"
def scale_pixels(images):
    return np.interp(images, (0, 255), (0.0, 1.0))


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.expand_dims(images, -1)
