# %% [markdown]
# misconception: other-model-trained
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model = tf.keras.models.clone_model(model)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, verbose=0)
