# %% [markdown]
# road: validation data of one's own

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(
        images, labels, epochs=epochs, validation_data=(images[:10], labels[:10]), verbose=0
    )
