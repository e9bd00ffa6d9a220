# %% [markdown]
# misconception: weights-not-trained
# score: 0
# note: honest where there are few images

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, epochs=epochs, verbose=0)
    if len(images) > 100:
        model.set_weights([2000 * weight for weight in model.get_weights()])
    return history
