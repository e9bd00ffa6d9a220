# %% [markdown]
# road: optimizer, loss and metric as objects

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
    history = model.fit(x=images, y=labels, epochs=epochs, batch_size=64, verbose=0)
    return history
