# %% [markdown]
# road: a tenth held back

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["acc"])
    return model.fit(images, labels, epochs=epochs, validation_split=0.1, verbose=0)
