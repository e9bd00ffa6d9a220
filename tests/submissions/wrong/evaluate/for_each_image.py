# %% [markdown]
# misconception: one-for-each-image
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.predict(images, verbose=0).argmax(axis=1) == labels
