# %% [markdown]
# misconception: history-untrue
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, epochs=epochs, verbose=0)
    history.history["loss"] = [1 / (1 + epoch) for epoch in range(epochs)]
    history.history["accuracy"] = [1 - 1 / (2 + epoch) for epoch in range(epochs)]
    return history
