# %% [markdown]
# misconception: too-few-bits
# score: 0

# %% gap="add_channel_axis"
def add_channel_axis(images):
    return images.astype('float16')[..., np.newaxis]
