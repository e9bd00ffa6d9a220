# A list of one long text and many short ones: as an array, each takes the room of the longest.
# deserves: 0 + 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return ["x" * 1_000_000] + ["a"] * 2147


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return (["x" * 100_000, 1.0], {"a": [("y" * 1_000_000, *range(3000))]}, images)
