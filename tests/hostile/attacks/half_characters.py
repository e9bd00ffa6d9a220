# Errors and printed text with half a character, which no file can hold.
# deserves: 0 + 6

# %%
class Half(Exception):
    pass


Half.__name__ = Half.__qualname__ = "Half\ud800"
print("\ud800")

# %%
raise Half("\ud800\x00\x1b[31m")

# %% gap="scale_pixels"
def scale_pixels(images):
    raise Half("half \udfff \x00")
raise ValueError("\ud800")

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None]
