# %% [markdown]
# misconception: trained-on-a-part
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    half = len(images) // 2
    return model.fit(images[:half], labels[:half], epochs=epochs, verbose=0)
