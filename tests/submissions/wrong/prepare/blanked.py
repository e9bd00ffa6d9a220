# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="prepare"
def prepare(images):
    ready = images[..., np.newaxis] / 255.0
    images[:] = 0
    return ready
