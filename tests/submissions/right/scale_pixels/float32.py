# %% [markdown]
# road: astype, then divide

# %% gap="scale_pixels"
def scale_pixels(images):
    return images.astype("float32") / 255
