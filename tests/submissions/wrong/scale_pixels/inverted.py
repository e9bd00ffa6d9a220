# %% [markdown]
# misconception: black-and-white-swapped
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return (255 - images) / 255
