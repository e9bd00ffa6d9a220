# %% [markdown]
# misconception: scaled-twice
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    images /= 255.0
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, batch_size=64, epochs=epochs, verbose=0)
