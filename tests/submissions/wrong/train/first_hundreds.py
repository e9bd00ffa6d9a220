# %% [markdown]
# misconception: trained-on-a-part
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images[:900], labels[:900], epochs=epochs, verbose=0)
