# %% [markdown]
# # Improve: the best network within 50,000 parameters
#
# | | |
# |---|---|
# | **You will be able to** | improve a network by experiment, and tell an improvement from luck |
# | **You need** | the lesson; better also `further`, where you see what each change costs |
# | **Time** | about 30 minutes, or as long as you like |
# | **Training costs** | ten seconds to a minute on a laptop CPU, for each attempt |
# | **Points** | none: this is an open exercise, with a leaderboard if your class has one |
#
# The lesson's CNN has 243,786 parameters. Build and train a network with **at most 50,000**, trained or
# not, that classifies as many images correctly as possible.
#
# **What counts.** When your class's leaderboard is made, this notebook is run from top to bottom
# without a network connection, with 6,000 training images and ten minutes for all of it. Then
# `model` is shown images that neither you nor your notebook has seen. All networks of a class get the
# same ones.

# %% locked="setup"
import os

import numpy as np

from course import fit, load_data
from course.quiet import quiet

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with quiet():
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")

tf.keras.utils.set_random_seed(1)
(train_images, train_labels), (test_images, test_labels) = load_data(limit=6_000)
train_pixels = train_images[..., np.newaxis] / np.float32(255)
test_pixels = test_images[..., np.newaxis] / np.float32(255)

# %% [markdown]
# ## Your network
#
# The one below works, and is not very good. Change whatever you like: layers, filters, stride, pooling,
# dropout, the optimizer, the number of epochs, the images themselves (shifted or mirrored copies).
# Cells of your own are welcome. In the end, `model` must be the trained network, built from Keras's
# own layers, for pixels from 0 to 1 in shape (images, 28, 28, 1).


# %% gap="model"
def build_model():
    """Return a compiled network from (28, 28, 1) to 10 classes with at most 50,000 parameters."""
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28, 1)),
            tf.keras.layers.Conv2D(16, (3, 3), activation="relu"),
            tf.keras.layers.MaxPooling2D(2, 2),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


model = build_model()
fit(model, train_pixels, train_labels, epochs=3)

# %% [markdown]
# ## Does it keep the rules, and how good is it?
#
# *A correct result* is a network within the budget; its accuracy on the test images is shown with one
# standard error. Two networks that differ by less than two of these may be equally good.

# %% test="model" points=0
from course.checks import exercise
from course.lessons.improve_rules import judge

with exercise("model") as check:
    judge(check, model, test_images, test_labels)

# %% [markdown]
# **What you have seen.** Which layers hold the parameters, and which parameters are worth having.
#
# **Common mistakes.** Choosing among twenty networks by the test images: the best of them is partly
# the luckiest, and the hidden images will show it. Compare on a part of the training images that you
# set aside, and look at the test images once.
#
# **Next:** hand in `improve.ipynb` as you handed in the exercises.
