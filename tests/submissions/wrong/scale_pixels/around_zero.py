# %% [markdown]
# misconception: scaled-around-zero
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 127.5 - 1
