# %% [markdown]
# misconception: returned-nothing
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    print(images / 255.0)
