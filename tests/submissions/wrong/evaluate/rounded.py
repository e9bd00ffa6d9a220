# %% [markdown]
# misconception: rounded
# score: 0
# note: right where two digits are enough

# %% gap="evaluate"
def evaluate(model, images, labels):
    return round(model.evaluate(images, labels, verbose=0)[1], 2)
