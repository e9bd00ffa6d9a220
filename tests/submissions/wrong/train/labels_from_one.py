# %% [markdown]
# misconception: labels-changed
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, (labels + 1) % 10, epochs=epochs, verbose=0)
