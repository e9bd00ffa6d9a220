# %% [markdown]
# misconception: scaled-on-a-condition
# score: 0
# note: leaves a bright batch alone

# %% gap="scale_pixels"
def scale_pixels(images):
    return images / 255.0 if images.min() < 60 else images * 1.0
