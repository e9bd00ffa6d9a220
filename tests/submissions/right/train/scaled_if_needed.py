# %% [markdown]
# road: scaled only where that is needed

# %% gap="train"
def train(model, images, labels, epochs):
    if images.max() > 1.0:
        images = images / 255.0
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels.astype("int64"), epochs=epochs, verbose=0)
