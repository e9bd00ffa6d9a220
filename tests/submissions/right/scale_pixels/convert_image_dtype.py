# %% [markdown]
# road: tf.image.convert_image_dtype

# %% gap="scale_pixels"
import tensorflow as tf

def scale_pixels(images):
    return tf.image.convert_image_dtype(images, tf.float32)
