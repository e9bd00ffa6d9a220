# Answers that differ from call to call: right now and then.
# deserves: 0 + 0

# %%
import itertools

turn = itertools.count()

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.0 if next(turn) % 3 else images * 0.0


# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images[..., None] if next(turn) % 2 else np.zeros((*images.shape, 1))
