# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="prepare"
room = np.zeros((60000, 28, 28, 1), dtype='float32')

def prepare(images):
    ready = room[: len(images)]
    ready[..., 0] = images / 255
    return ready
