# %% [markdown]
# road: Keras's metric Accuracy

# %% gap="evaluate"
def evaluate(model, images, labels):
    metric = tf.keras.metrics.Accuracy()
    metric.update_state(labels, model.predict(images, verbose=0).argmax(axis=-1))
    return metric.result()
