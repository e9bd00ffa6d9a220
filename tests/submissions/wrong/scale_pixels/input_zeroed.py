# %% [markdown]
# misconception: input-changed
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    scaled = images / 255.0
    images[images < 255] = 0
    return scaled
