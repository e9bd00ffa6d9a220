# %% [markdown]
# misconception: wrong-loss
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
    return model.fit(images, tf.one_hot(labels, 10), epochs=epochs, verbose=0)
