# %% [markdown]
# road: batches of eight, in their order

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, batch_size=8, epochs=epochs, shuffle=False, verbose=2)
