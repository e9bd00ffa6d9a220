# %% [markdown]
# road: a callback lowers the rate on a plateau

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    slower = tf.keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=3)
    return model.fit(images, labels, epochs=epochs, callbacks=[slower], verbose=0)
