# %% [markdown]
# misconception: stopped-early
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    class Enough(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if logs["accuracy"] > 0.95:
                self.model.stop_training = True

    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, callbacks=[Enough()], verbose=0)
