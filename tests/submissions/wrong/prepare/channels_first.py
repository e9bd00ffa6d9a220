# %% [markdown]
# misconception: channel-axis-in-front
# score: 0

# %% gap="prepare"
def prepare(images):
    return images.reshape(-1, 1, 28, 28) / 255.0
