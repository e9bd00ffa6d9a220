# %% [markdown]
# misconception: other-optimizer
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    optimizer = tf.keras.optimizers.RMSprop(0.001)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)
