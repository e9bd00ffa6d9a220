# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the values of the example

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.round(images / 51) / 5
