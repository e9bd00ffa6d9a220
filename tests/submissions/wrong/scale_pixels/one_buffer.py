# %% [markdown]
# misconception: kept-between-calls
# score: 0
# note: all results lie in one array

# %% gap="scale_pixels"
room = np.zeros(10_000_000)

def scale_pixels(images):
    scaled = room[: images.size].reshape(images.shape)
    scaled[...] = images / 255
    return scaled
