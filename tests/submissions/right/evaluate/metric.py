# %% [markdown]
# road: a metric object

# %% gap="evaluate"
def evaluate(model, images, labels):
    metric = tf.keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(labels, model(images))
    return float(metric.result())
