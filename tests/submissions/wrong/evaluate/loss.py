# %% [markdown]
# misconception: loss-for-accuracy
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images, labels, verbose=0)[0]
