# %% [markdown]
# road: plain Python lists

# %% gap="scale_pixels"
def scale_pixels(images):
    return [[[pixel / 255 for pixel in row] for row in image] for image in images.tolist()]
