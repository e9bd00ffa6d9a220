# Models in models, each used a hundred times: a short configuration of a million layers.
# deserves: 0 + 0 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    first = tf.keras.Input((28, 28, 1))
    inner = tf.keras.Model(first, tf.keras.layers.ReLU()(first))
    for _ in range(3):
        outer = tf.keras.Input((28, 28, 1))
        passed = outer
        for _ in range(12):
            passed = inner(passed)
        inner = tf.keras.Model(outer, passed)
    return inner
