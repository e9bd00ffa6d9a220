# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 256


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.reshape(60000, 28, 28, 1)
