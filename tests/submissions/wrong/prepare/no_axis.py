# %% [markdown]
# misconception: channel-axis-missing
# score: 0

# %% gap="prepare"
def prepare(images):
    return images / 255.0
