# %% [markdown]
# misconception: scaled-to-length
# score: 0

# %% gap="prepare"
def prepare(images):
    return tf.keras.utils.normalize(images, axis=1)[..., np.newaxis]
