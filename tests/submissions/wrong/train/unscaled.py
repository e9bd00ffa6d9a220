# %% [markdown]
# misconception: images-changed
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images * 255, labels, epochs=epochs, batch_size=1000, verbose=0)
