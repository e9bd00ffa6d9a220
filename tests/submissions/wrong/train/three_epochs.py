# %% [markdown]
# misconception: epochs-ignored
# score: 0
# note: right for the example only

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=3, verbose=0)
