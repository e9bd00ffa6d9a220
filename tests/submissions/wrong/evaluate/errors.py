# %% [markdown]
# misconception: error-for-accuracy
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return 1 - model.evaluate(images, labels, verbose=0)[1]
