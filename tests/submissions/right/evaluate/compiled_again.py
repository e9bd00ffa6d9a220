# %% [markdown]
# road: compiled again first

# %% gap="evaluate"
def evaluate(model, images, labels):
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return float(model.evaluate(images, labels, batch_size=7, verbose=0)[-1])
