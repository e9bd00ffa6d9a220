# %% [markdown]
# misconception: text-for-numbers
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return (images / 255).astype(str)
