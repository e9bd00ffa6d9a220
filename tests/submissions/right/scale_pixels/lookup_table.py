# %% [markdown]
# road: a table of the 256 shades

# %% gap="scale_pixels"
SHADES = np.arange(256) / 255

def scale_pixels(images):
    return SHADES[images]
