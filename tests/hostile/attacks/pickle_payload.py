# Arrays of objects and records with a payload that runs where it is unpickled.
# deserves: 0 + 0

# %%
class Payload:
    """Run something where this is loaded."""

    def __reduce__(self):
        return eval, ("open('/tmp/hostile-was-here', 'w')",)


# %% gap="scale_pixels"
def scale_pixels(images):
    return np.array([Payload()], dtype=object)


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.zeros((2, 3, 4, 1), dtype=[("a", "f4"), ("b", "O")])
