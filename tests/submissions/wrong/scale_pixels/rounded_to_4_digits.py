# %% [markdown]
# misconception: digits-lost
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.round(images / 255, 4)
