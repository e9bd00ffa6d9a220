# %% [markdown]
# road: labels one-hot, with the loss that belongs to them

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, tf.one_hot(labels, 10), epochs=epochs, verbose=0)
