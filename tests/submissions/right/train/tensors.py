# %% [markdown]
# road: tensors instead of arrays

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x = tf.convert_to_tensor(images, dtype=tf.float32)
    y = tf.convert_to_tensor(labels, dtype=tf.int64)
    return model.fit(x, y, epochs=epochs, batch_size=64, verbose=0)
