# %% [markdown]
# misconception: reshape-as-transpose
# score: 0

# %% gap="prepare"
def prepare(images):
    return np.moveaxis(images, 0, -1).reshape(-1, 28, 28, 1) / 255.0
