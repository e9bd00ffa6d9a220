# %% [markdown]
# misconception: history-untrue
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, epochs=epochs, verbose=0)
    history.history["loss"] = [0.5 * loss for loss in history.history["loss"]]
    return history
