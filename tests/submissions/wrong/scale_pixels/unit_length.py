# %% [markdown]
# misconception: scaled-to-length
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / np.linalg.norm(images)
