# %% [markdown]
# misconception: argmax-of-labels
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    classes = np.argmax(model.predict(images, verbose=0), axis=-1)
    return np.mean(classes == np.argmax(labels, axis=-1))
