# %% [markdown]
# misconception: list-for-number
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return [model.evaluate(images, labels, verbose=0)[1]]
