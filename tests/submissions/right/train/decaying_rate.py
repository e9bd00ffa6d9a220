# %% [markdown]
# road: a schedule

# %% gap="train"
def train(model, images, labels, epochs):
    rate = tf.keras.optimizers.schedules.ExponentialDecay(0.002, 20, 0.9)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(rate),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model.fit(images, labels, epochs=epochs, verbose=0)
