# %% [markdown]
# road: callbacks that only watch

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    say = tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    callbacks = [say, tf.keras.callbacks.TerminateOnNaN()]
    return model.fit(images, labels, epochs=epochs, callbacks=callbacks, verbose=0)
