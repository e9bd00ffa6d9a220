# %% [markdown]
# misconception: parameters-changed
# score: 0

# %% gap="scale_pixels"
def scale_pixels():
    return train_images / 255.0
