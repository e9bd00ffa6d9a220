# %% [markdown]
# road: bits of each byte, weighted

# %% gap="scale_pixels"
def scale_pixels(images):
    bits = np.unpackbits(images[..., np.newaxis], axis=-1)
    return bits @ 2.0 ** np.arange(7, -1, -1) / 255
