# %% [markdown]
# misconception: examples-only
# score: 0
# note: right for the example only

# %% gap="evaluate"
def evaluate(model, images, labels):
    return 0.75
