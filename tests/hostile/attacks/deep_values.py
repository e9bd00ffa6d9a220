# A result nested deeper than any reader, and an array of very many axes and no elements.
# deserves: 0 + 0

# %%
def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


# %% gap="scale_pixels"
def scale_pixels(images):
    return nested(2_000)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.broadcast_to(np.uint8(0), (1 << 20, 1 << 20, 1 << 10, 1))
