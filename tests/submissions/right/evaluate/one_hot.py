# %% [markdown]
# road: one-hot labels and their argmax

# %% gap="evaluate"
def evaluate(model, images, labels):
    truth = tf.keras.utils.to_categorical(labels, 10)
    scores = model.predict(images, verbose=0)
    return (scores.argmax(axis=1) == truth.argmax(axis=1)).mean()
