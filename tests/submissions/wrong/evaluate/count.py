# %% [markdown]
# misconception: count-for-share
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return int((model.predict(images, verbose=0).argmax(axis=1) == labels).sum())
