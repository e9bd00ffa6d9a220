# %% [markdown]
# misconception: too-few-bits
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    return (images / 255).astype("float16").astype("float32")
