# %% [markdown]
# misconception: kept-between-calls
# score: 0
# note: right for the first batch of each shape

# %% gap="scale_pixels"
known = {}

def scale_pixels(images):
    if images.shape not in known:
        known[images.shape] = images / 255.0
    return known[images.shape]
