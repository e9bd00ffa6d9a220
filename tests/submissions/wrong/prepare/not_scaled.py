# %% [markdown]
# misconception: not-scaled
# score: 0

# %% gap="prepare"
def prepare(images):
    return images.reshape(len(images), 28, 28, 1)
