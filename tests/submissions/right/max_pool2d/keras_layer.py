# %% [markdown]
# road: a MaxPooling2D layer, as a list

# %% gap="max_pool2d"
import tensorflow as tf

def max_pool2d(feature_map, size=2):
    batch = np.asarray(feature_map, dtype="float32")[None, :, :, None]
    return tf.keras.layers.MaxPooling2D(size)(batch).numpy()[0, :, :, 0].tolist()
