# %% [markdown]
# misconception: epochs-ignored
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for _ in range(epochs):
        history = model.fit(images, labels, epochs=1, verbose=0)
    return history
