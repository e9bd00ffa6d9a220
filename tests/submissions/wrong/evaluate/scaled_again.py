# %% [markdown]
# misconception: scaled-twice
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images / 255.0, labels, verbose=0)[1]
