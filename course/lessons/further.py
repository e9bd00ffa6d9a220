# %% [markdown]
# # Going further: eight questions to a network
#
# | | |
# |---|---|
# | **You will be able to** | say what the number of filters, the layers and the pooling do to size, time and accuracy, because you have measured it |
# | **You need** | the lesson |
# | **Time** | about 30 minutes |
# | **Training costs** | five minutes on a laptop CPU (two cores), for all questions |
# | **Points** | none: nothing here is graded |
#
# Each question is one change to the lesson's network. **Predict** what it does to the three numbers
# of the table, then run the cell. The table fills itself, and it is still there after a restart: an
# experiment that was done is not done again. To keep the waiting short, each network is trained on
# 6,000 images instead of 60,000, so all accuracies are some points lower than in the lesson.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from course.quiet import quiet

with quiet():
    import tensorflow as tf

from course.interactive.experiments import Experiments

questions = Experiments(
    "further",
    planned=[
        "the lesson's CNN",
        "16 filters",
        "128 filters",
        "three convolutions",
        "one convolution",
        "stop at 90 %",
        "no pooling",
        "without ReLU",
        "dense",
        "20 epochs",
    ],
)
questions.table()

# %% [markdown]
# One function builds all the networks. Read it: it is the lesson's, with the parts that change as
# arguments.


# %%
def network(filters=(64, 64), pooling=True, activation="relu"):
    """Return a compiled CNN with one convolution for each number of filters."""
    layers = [tf.keras.Input(shape=(28, 28, 1))]
    for number in filters:
        layers.append(tf.keras.layers.Conv2D(number, (3, 3), activation=activation))
        if pooling:
            layers.append(tf.keras.layers.MaxPooling2D(2, 2))
    layers.append(tf.keras.layers.Flatten())
    layers.append(tf.keras.layers.Dense(128, activation=activation))
    layers.append(tf.keras.layers.Dense(10, activation="softmax"))
    model = tf.keras.Sequential(layers)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


questions.run("the lesson's CNN", network)

# %% [markdown]
# ## 1. What if the convolutions had 16 filters, or 128, instead of 64?
#
# **Predict:** do the parameters grow in proportion to the filters, or faster? Does the accuracy?

# %%
questions.run("16 filters", lambda: network(filters=(16, 16)))

# %%
questions.run("128 filters", lambda: network(filters=(128, 128)))

# %% [markdown]
# The second convolution has filters × filters × 9 weights, so its part grows with the square. Time
# follows. The accuracy changes by a point or two: look at the ± before you call one better.

# %% [markdown]
# ## 2. What if there were one more convolution?
#
# **Predict** the size of the image before `Flatten`: 28 → 26 → 13 → 11 → 5 → …

# %%
questions.run("three convolutions", lambda: network(filters=(64, 64, 64)))

# %% [markdown]
# A third convolution makes 3 × 3 of the 5 × 5, and its pooling leaves a single place: 1 × 1 × 64 = 64
# numbers for the dense layers instead of 1600. **More layers, and fewer parameters**: most of them
# sat between `Flatten` and the first dense layer. But one place keeps little of where things were.

# %% [markdown]
# ## 3. What if there were only one?
#
# **Predict:** are there more parameters or fewer than with two?

# %%
questions.run("one convolution", lambda: network(filters=(64,)))

# %% [markdown]
# One pooling fewer leaves 13 × 13 × 64 = 10,816 numbers to the dense layer, so a network with fewer
# layers has several times as many parameters. When we ran it, it took about as long and was even two
# points better. On 6,000 images for five epochs, that is; does it hold for all of them? Try
# `Experiments("all", images=60_000)`, and bring time.

# %% [markdown]
# ## 4. Can the training stop by itself when it is good enough?
#
# Keras calls a **callback** at the end of each epoch. This one ends the training once the accuracy
# on the training images reaches a target. **Predict** how many epochs that takes.


# %%
class StopAt(tf.keras.callbacks.Callback):
    """End the training when its accuracy reaches a target."""

    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["accuracy"] >= self.target:
            print(f"\n{logs['accuracy']:.1%} after epoch {epoch + 1}: that is enough.")
            self.model.stop_training = True


questions.run("stop at 90 %", network, epochs=20, callbacks=[StopAt(0.90)])

# %% [markdown]
# Compare the test accuracy with the 90 %. It is lower, because the target was reached on the
# images that the network was trained on. To stop at the right moment, one watches images that are
# neither trained on nor used for the final test: look up `validation_split` and `EarlyStopping`.

# %% [markdown]
# ## 5. What if there were no pooling at all?
#
# **Predict** the parameters: the image shrinks from 28 to 26 to 24, and no further. This is the
# longest training of the notebook.

# %%
questions.run("no pooling", lambda: network(pooling=False))

# %% [markdown]
# 24 × 24 × 64 = 36,864 numbers, each with a weight to each of 128 units: about twenty times as many
# parameters as the lesson's network, and four times the time. When we ran it they bought nothing
# that stands out from the ±.

# %% [markdown]
# ## 6. What if there were no ReLU?
#
# Without an activation every layer multiplies and adds, and so do all of them together: no more
# than one layer could. Only max pooling still bends something. **Predict** how many points of
# accuracy ReLU is worth.

# %%
questions.run("without ReLU", lambda: network(activation=None))

# %% [markdown]
# Compare the row with the lesson's CNN: the same parameters, the same time. The difference is what
# the bends at 0 are worth.

# %% [markdown]
# ## 7. Dense or convolutional: which one stands it when the garment moves?
#
# The last column of the table has the same test images, moved three pixels to the right and down.
# **Predict** which of the two networks loses more.


# %%
def dense_network():
    """Return the lesson's dense network, compiled."""
    layers = [
        tf.keras.Input(shape=(28, 28, 1)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
    model = tf.keras.Sequential(layers)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


questions.run("dense", dense_network)

# %% [markdown]
# Both lose, and neither has seen a moved garment. The convolutions find the same features three
# pixels further on; the dense layers behind them have learned where the features were. In the dense
# network every weight belongs to one pixel.

# %% [markdown]
# ## 8. What do twenty epochs do?
#
# After each epoch the network is also measured on 1,000 images that were set aside, the
# **validation** images. **Predict** after which epoch their loss is lowest.

# %%
questions.run("20 epochs", network, epochs=20, validate=True)

# %%
questions.curves("20 epochs")

# %% [markdown]
# From the dotted line on, the loss falls on the training images and rises on the others: this is
# **overfitting**. The network becomes surer of what it knows by heart, and of its mistakes as well.
# The remedies: stop there (`EarlyStopping`), more images, or a smaller network.

# %% [markdown]
# ## What comes next
#
# **Augmentation** trains on changed copies of the images, moved, mirrored or brighter, so that the
# network can't rely on what such changes take away. Keras has layers for it, such as
# `RandomTranslation` and `RandomFlip`, which act during training only.
#
# **Transfer learning** starts with the convolutions of a network that was trained on millions of
# other images, and trains new dense layers on yours. A few hundred images are then often enough,
# because edges and textures need not be learned again.

# %% [markdown]
# ## Your own question
#
# Write a network, give it a name of its own, and run it. `again=True` trains a row again;
# `questions.forget()` empties the table.

# %%
questions.run("mine", lambda: network(filters=(32, 48)))

# %% [markdown]
# **What you have seen.** Parameters, time and accuracy are three different things: more layers can mean
# fewer parameters, fewer parameters can take longer, and many more may buy nothing.
#
# **Common mistakes.** Calling a difference of half a point an improvement; comparing networks
# that were trained on different images or for different times; choosing by the test images.
#
# **Next:** `improve`, where you look for the most accurate network within 50,000 parameters.
