# %% [markdown]
# road: with TensorFlow's functions

# %% gap="evaluate"
def evaluate(model, images, labels):
    classes = tf.argmax(model(images), axis=1)
    same = tf.equal(classes, tf.cast(labels, tf.int64))
    return tf.reduce_mean(tf.cast(same, tf.float32))
