# %% [markdown]
# misconception: per-cent
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return 100 * model.evaluate(images, labels, verbose=0)[1]
