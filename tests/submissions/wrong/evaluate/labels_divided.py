# %% [markdown]
# misconception: labels-divided
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return np.mean(model.predict(images, verbose=0).argmax(axis=1) == labels / 255.0)
