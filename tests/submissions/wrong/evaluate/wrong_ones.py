# %% [markdown]
# misconception: error-for-accuracy
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return np.sum(model.predict(images, verbose=0).argmax(axis=1) != labels)
