# %% [markdown]
# misconception: stopped-early
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.EarlyStopping(monitor="loss", patience=2)
    return model.fit(images, labels, epochs=epochs, callbacks=[stop], verbose=0)
