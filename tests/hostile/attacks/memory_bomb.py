# Takes memory until there is none left.
# deserves: 0 + 6

# %% gap="scale_pixels"
def scale_pixels(images):
    taken = []
    while True:
        taken.append(np.ones((64, 1024, 1024), dtype="uint8"))


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
