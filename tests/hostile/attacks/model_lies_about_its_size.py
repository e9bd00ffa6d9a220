# A model with few parameters whose count_params, layers, shapes and summary tell of many.
# deserves: 0 + 0 + 0 + 0 + 0

# %% gap="build_cnn"
def build_cnn():
    class Liar(tf.keras.Sequential):
        def count_params(self):
            return 243_786

        def summary(self, *args, **kwargs):
            print("Total params: 243,786")

    model = Liar([
        tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(10, activation="softmax"),
    ])
    for layer in model.layers:
        layer.count_params = lambda: 243_786
    return model
