# %% [markdown]
# misconception: scaled-by-the-batch
# score: 0

# %% gap="prepare"
largest = 1

def prepare(images):
    global largest
    largest = max(largest, int(images.max()))
    return images[..., np.newaxis] / largest
