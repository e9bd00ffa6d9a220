# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="scale_pixels"
known = {}

def scale_pixels(images):
    key = images.shape, int(images.sum())
    if key not in known:
        known[key] = images / 255.0
    return known[key]
