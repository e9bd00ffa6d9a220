# %% [markdown]
# misconception: other-model-trained
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    copy = tf.keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    for one in (model, copy):
        one.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return copy.fit(images, labels, epochs=epochs, verbose=0)
