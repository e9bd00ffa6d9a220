# Not-a-number, infinity and denormals, which no comparison says to be wrong.
# deserves: 0 + 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.full(images.shape, np.nan)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.full((*images.shape, 1), np.inf)
