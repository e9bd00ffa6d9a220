# %% [markdown]
# road: counted from the predictions

# %% gap="evaluate"
def evaluate(model, images, labels):
    classes = model.predict(images, verbose=0).argmax(axis=1)
    return np.mean(classes == labels)
