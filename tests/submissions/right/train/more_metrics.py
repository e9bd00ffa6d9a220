# %% [markdown]
# road: accuracy among other metrics

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(
        optimizer="Adam",
        loss=tf.keras.losses.sparse_categorical_crossentropy,
        metrics=[tf.keras.metrics.SparseTopKCategoricalAccuracy(k=3), "accuracy"],
    )
    history = model.fit(images, labels, epochs=epochs, batch_size=50, verbose=0)
    print(history.history["accuracy"][-1])
    return history
