# %% [markdown]
# road: np.einsum

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return np.einsum("nhw,c->nhwc", images, np.ones(1, images.dtype))
