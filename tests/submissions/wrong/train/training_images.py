# %% [markdown]
# misconception: arguments-ignored
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = train_images[:300, ..., np.newaxis] / 255.0
    return model.fit(images, train_labels[:300], epochs=epochs, verbose=0)
