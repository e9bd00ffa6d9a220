# %% [markdown]
# road: np.vectorize

# %% gap="scale_pixels"
def scale_pixels(images):
    return np.vectorize(lambda pixel: pixel / 255.0, otypes=[float])(images)
