# %% [markdown]
# misconception: trained-on-a-part
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    data = tf.data.Dataset.from_tensor_slices((images, labels))
    data = data.batch(min(32, len(images)), drop_remainder=True)
    return model.fit(data, epochs=epochs, verbose=0)
