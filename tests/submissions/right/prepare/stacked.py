# %% [markdown]
# road: image by image

# %% gap="prepare"
def prepare(images):
    return np.stack([image.reshape(28, 28, 1) / 255 for image in images])
