# %% [markdown]
# misconception: 
# also: nothing
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return 255 / images
