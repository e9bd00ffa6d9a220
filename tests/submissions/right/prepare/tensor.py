# %% [markdown]
# road: a tensor

# %% gap="prepare"
def prepare(images):
    return tf.reshape(tf.cast(images, tf.float32), (-1, 28, 28, 1)) / 255
