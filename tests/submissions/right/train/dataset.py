# %% [markdown]
# road: a tf.data.Dataset

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).batch(32)
    return model.fit(data, epochs=epochs, verbose=0)
