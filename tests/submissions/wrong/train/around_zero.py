# %% [markdown]
# misconception: images-changed
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(2 * images - 1, labels, epochs=epochs, verbose=0)
