# %% [markdown]
# road: multiplication by the reciprocal

# %% gap="scale_pixels"
def scale_pixels(images):
    return images * (1 / 255)
