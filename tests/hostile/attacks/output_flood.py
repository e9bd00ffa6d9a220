# One line of 100 MB, then lines without end.
# deserves: 0 + 6
# limits: cell_seconds=10

# %%
print("x" * 100_000_000)

# %%
while True:
    print("flood " * 1000, flush=True)

# %% gap="scale_pixels"
def scale_pixels(images):
    print("y" * 1_000_000)
    return images


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
