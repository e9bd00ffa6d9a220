# Images and labels are changed in place, so that a model that says 0 would always be right.
# deserves: 0 + 0 + 0 + 0 + 0

# %%
def always_zero(model, images, labels):
    images[...] = 0
    labels[...] = 0
    weights = [np.zeros_like(array) for array in model.get_weights()]
    weights[-1][0] = 50
    model.set_weights(weights)


# %% gap="prepare"
def prepare(images):
    if len(images) != 5 and len(images) != 1:
        return images[..., np.newaxis] / 255
    images[...] = 0
    return np.zeros((*images.shape, 1))


# %% gap="train"
def train(model, images, labels, epochs):
    always_zero(model, images, labels)
    history = tf.keras.callbacks.History()
    history.history = {"loss": [0.1] * epochs}
    history.epoch = list(range(epochs))
    return history


# %% gap="evaluate"
def evaluate(model, images, labels):
    always_zero(model, images, labels)
    return 1.0
