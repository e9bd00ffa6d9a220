# %% [markdown]
# road: ten batches, whatever their size

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, steps_per_epoch=10, verbose=0)
