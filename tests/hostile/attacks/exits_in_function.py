# os._exit in the middle of a call, with status 0.
# deserves: 0 + 6

# %% gap="scale_pixels"
def scale_pixels(images):
    import os

    os._exit(0)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
