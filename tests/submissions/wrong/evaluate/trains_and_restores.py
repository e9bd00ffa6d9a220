# %% [markdown]
# misconception: examples-only
# score: 0
# note: a copy is trained, so that an untrained network seems good

# %% gap="evaluate"
def evaluate(model, images, labels):
    copy = tf.keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    if copy.evaluate(images, labels, verbose=0)[1] < 0.3:
        copy.fit(images, labels, epochs=3, verbose=0)
    return copy.evaluate(images, labels, verbose=0)[1]
