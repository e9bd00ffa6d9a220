# %% [markdown]
# misconception: digits-lost
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return (images / 255).round(2)
