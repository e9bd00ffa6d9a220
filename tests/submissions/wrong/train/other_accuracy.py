# %% [markdown]
# misconception: other-metric
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=[tf.keras.metrics.SparseTopKCategoricalAccuracy(k=3, name="accuracy")],
    )
    return model.fit(images, labels, epochs=epochs, verbose=0)
