# %% [markdown]
# misconception: rate-zero
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    rate = tf.keras.optimizers.schedules.PiecewiseConstantDecay([15], [0.002, 0.0])
    optimizer = tf.keras.optimizers.Adam(rate)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)
