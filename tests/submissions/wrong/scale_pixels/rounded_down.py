# %% [markdown]
# misconception: digits-lost
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.floor(images / 255 * 1000) / 1000
