# %% [markdown]
# road: a loss told of logits, which Keras finds by itself

# %% gap="train"
def train(model, images, labels, epochs):
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)
