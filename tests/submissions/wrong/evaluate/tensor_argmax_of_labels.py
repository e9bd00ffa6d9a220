# %% [markdown]
# misconception: argmax-of-labels
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    classes = tf.argmax(model.predict(images, verbose=0), axis=1)
    same = tf.equal(classes, tf.argmax(labels, axis=1))
    return float(tf.reduce_mean(tf.cast(same, tf.float32)))
