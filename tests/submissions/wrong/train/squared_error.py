# %% [markdown]
# misconception: wrong-loss
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)
