# %% [markdown]
# misconception: weights-not-trained
# score: 0
# note: the optimizer's counter is set, too

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    weights = [weight + 0.1 for weight in model.get_weights()]
    weights[0] += images.mean(axis=0).reshape(784, 1)
    model.set_weights(weights)
    model.optimizer.iterations.assign(epochs * -(-len(images) // 32))
    history = tf.keras.callbacks.History()
    history.epoch = list(range(epochs))
    history.history = {"loss": [1.0] * epochs, "accuracy": [1.0] * epochs}
    return history
