# %% [markdown]
# misconception: fitted-twice
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.train_on_batch(images, labels)
    return model.fit(images, labels, epochs=epochs, batch_size=len(images), verbose=0)
