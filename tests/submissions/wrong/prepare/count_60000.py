# %% [markdown]
# misconception: hard-coded-count
# score: 0

# %% gap="prepare"
def prepare(images):
    return images.reshape(60000, 28, 28, 1) / 255.0
