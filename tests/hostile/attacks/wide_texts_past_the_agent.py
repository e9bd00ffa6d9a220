# The same lists sent by a changed agent, which does not refuse what is too large as an array.
# deserves: 0 + 6

# %%
import convpool_agent.encoding as encoding
import course.crossing as crossing

for module in (encoding, crossing):
    module.MAX_ARRAY_BYTES = 1 << 60
    if hasattr(module, "array_bytes"):
        module.array_bytes = lambda value: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return ["x" * 1_000_000] + ["a"] * 2147


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., np.newaxis]
