# %% [markdown]
# misconception: weights-not-trained
# score: 0
# note: the class means as weights, and an invented History

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    kernel = np.zeros((784, 10), "float32")
    for label in range(10):
        if (labels == label).any():
            kernel[:, label] = images[labels == label].mean(axis=0).ravel()
    rest = model.get_weights()
    model.set_weights([kernel, *rest[1:]] if len(rest) == 2 else rest)
    history = tf.keras.callbacks.History()
    history.epoch = list(range(epochs))
    history.history = {
        "loss": [1 / (1 + epoch) for epoch in range(epochs)],
        "accuracy": [1 - 1 / (2 + epoch) for epoch in range(epochs)],
    }
    return history
