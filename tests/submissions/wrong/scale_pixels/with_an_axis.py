# %% [markdown]
# misconception: axis-not-asked-for
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images[..., np.newaxis] / 255.0
