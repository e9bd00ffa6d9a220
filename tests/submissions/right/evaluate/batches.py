# %% [markdown]
# road: counted batch by batch

# %% gap="evaluate"
def evaluate(model, images, labels):
    right = 0
    for start in range(0, len(images), 16):
        scores = model(images[start : start + 16], training=False)
        right += np.sum(np.argmax(scores, axis=-1) == labels[start : start + 16])
    return right / len(images)
