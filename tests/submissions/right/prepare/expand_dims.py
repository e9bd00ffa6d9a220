# %% [markdown]
# road: scaled first

# %% gap="prepare"
def prepare(images):
    return np.expand_dims(images / np.float32(255), 3)
