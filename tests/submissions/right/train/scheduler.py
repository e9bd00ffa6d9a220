# %% [markdown]
# road: a callback sets the rate of each epoch

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    rates = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.002 / (1 + epoch))
    return model.fit(images, labels, epochs=epochs, callbacks=[rates], verbose=0)
