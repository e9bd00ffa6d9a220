# %% [markdown]
# misconception: fitted-twice
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=epochs, verbose=0)
    return model.fit(images, labels, epochs=epochs, verbose=0)
