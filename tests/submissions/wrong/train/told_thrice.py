# %% [markdown]
# misconception: history-untrue
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, verbose=0)
    history.history = {name: values * epochs for name, values in history.history.items()}
    return history
