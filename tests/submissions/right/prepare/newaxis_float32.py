# %% [markdown]
# road: newaxis, float32

# %% gap="prepare"
def prepare(images):
    return images[..., np.newaxis].astype("float32") / 255
