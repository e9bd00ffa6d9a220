# %% [markdown]
# # Going further: eight questions about a network
#
# | | |
# |---|---|
# | **You will be able to** | say what the number of filters, the layers and the pooling do to size, time and accuracy, because you have measured it |
# | **You need** | the lesson |
# | **Time** | about 30 minutes |
# | **Training costs** | five minutes on a laptop CPU (two cores), for all questions |
# | **Points** | none: nothing here is graded |
#
# Each question is one change to the lesson's network. **Predict** what it does, as in the lesson:
# type it into the box, then run the training and the folded cell (…) below. The table fills itself,
# and it is still there after a restart: a finished experiment is not repeated. To keep the waits
# short, each network is trained on 6,000 images instead of 60,000, so all accuracies are a few
# points lower than in the lesson.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from course.quiet import quiet

with quiet():
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")

from course import predict
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

# %%
growth = predict(
    "With 128 filters instead of 64, twice as many, how many times as many parameters do the two "
    "convolutions have together?",
    None,  # ← a number, in the box below or here
)

# %%
questions.train("16 filters", lambda: network(filters=(16, 16)))
questions.train("128 filters", lambda: network(filters=(128, 128)))

# %% reveal=true
with growth.reveal():
    questions.table().show()
    of_64, of_128 = [
        sum(layer.count_params() for layer in network(filters=(number, number)).layers[:4])
        for number in (64, 128)
    ]
    print(f"both convolutions: {of_64:,} parameters with 64 filters, {of_128:,} with 128")
    growth.compare(of_128 / of_64, unit="times as many")
    growth.explain(
        """
        The second convolution has filters × filters × 9 weights, so its part grows with the square
        of the number of filters. The time grows as well. The accuracy changes by a point or two:
        look at the ± before you call one network better.
        """
    )

# %% [markdown]
# ## 2. What if there were one more convolution?

# %%
flat = predict(
    "After a third convolution and pooling, how many numbers does Flatten hand over? Through the "
    "first two, each side of the image goes 28 → 26 → 13 → 11 → 5.",
    None,  # ← a number, in the box below or here
)

# %%
questions.train("three convolutions", lambda: network(filters=(64, 64, 64)))

# %% reveal=true
with flat.reveal():
    questions.table().show()
    flat.compare(network(filters=(64, 64, 64)).layers[-3].output.shape[-1])
    flat.explain(
        """
        A third convolution turns 5 × 5 into 3 × 3, and its pooling leaves a single place:
        1 × 1 × 64 = 64 numbers for the dense layers instead of 1600. **More layers, but fewer
        parameters**: most of them were between `Flatten` and the first dense layer. But a single
        place says little about where things were.
        """
    )

# %% [markdown]
# ## 3. What if there were only one?

# %%
fewer_layers = predict(
    "With one convolution instead of two, how many times as many parameters does the network have?",
    None,  # ← a number, in the box below or here
)

# %%
questions.train("one convolution", lambda: network(filters=(64,)))

# %% reveal=true
with fewer_layers.reveal():
    questions.table().show()
    one, two = questions.row("one convolution"), questions.row("the lesson's CNN")
    fewer_layers.compare(one.parameters / two.parameters, unit="times as many")
    fewer_layers.explain(
        """
        With one pooling fewer, the dense layer gets 13 × 13 × 64 = 10,816 numbers, so a network with
        fewer layers has several times as many parameters. When we ran it, it took about as long and
        was even two points better. That was on 6,000 images for five epochs; does it hold for all
        of them? Try `Experiments("all", images=60_000)`: it takes about ten times as long.
        """
    )

# %% [markdown]
# ## 4. Can the training stop by itself when it is good enough?
#
# Keras calls a **callback** at the end of each epoch. This one ends the training once the accuracy
# on the training images reaches a target.

# %%
epochs_needed = predict(
    "After how many epochs, at most 20, does the accuracy on the training images reach 90 %?",
    None,  # ← a number, in the box below or here
)


# %%
class StopAt(tf.keras.callbacks.Callback):
    """End the training when its accuracy reaches a target."""

    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["accuracy"] >= self.target:
            self.model.stop_training = True


# verbose=0: Keras's progress would give the answer away.
questions.train("stop at 90 %", network, epochs=20, callbacks=[StopAt(0.90)], verbose=0)

# %% reveal=true
with epochs_needed.reveal():
    questions.table().show()
    epochs_needed.compare(questions.row("stop at 90 %").epochs)
    epochs_needed.explain(
        """
        Compare the test accuracy with the 90 %. It is lower, because the target was reached on the
        images that the network was trained on. To stop at the right moment, watch the accuracy on
        images that are used neither for training nor for the final test: look up
        `validation_split` and `EarlyStopping`.
        """
    )

# %% [markdown]
# ## 5. What if there were no pooling at all?
#
# The image then shrinks from 28 to 26 to 24, and no further. This is the longest training of the
# notebook.

# %%
slower = predict(
    "How many times as long does an epoch take without pooling?",
    None,  # ← a number, in the box below or here
)

# %%
questions.train("no pooling", lambda: network(pooling=False))

# %% reveal=true
with slower.reveal():
    questions.table().show()
    without, with_pooling = questions.row("no pooling"), questions.row("the lesson's CNN")
    slower.compare(without.seconds / with_pooling.seconds, unit="times as long")
    slower.explain(
        """
        24 × 24 × 64 = 36,864 numbers, each with a weight for each of 128 units: about twenty times
        as many parameters as the lesson's network. When we ran it, it took four times as long, and
        its accuracy was not better by more than the ±.
        """
    )

# %% [markdown]
# ## 6. What if there were no ReLU?
#
# Without an activation every layer multiplies and adds, and so do all of them together: they can do
# no more than one layer. Max pooling is the only step left that is not a sum of products.

# %%
worth = predict(
    "How many points of test accuracy does the network lose without ReLU?",
    None,  # ← a number, in the box below or here
)

# %%
questions.train("without ReLU", lambda: network(activation=None))

# %% reveal=true
with worth.reveal():
    questions.table().show()
    linear, bent = questions.row("without ReLU"), questions.row("the lesson's CNN")
    worth.compare(100 * (bent.accuracy - linear.accuracy), unit="points")
    worth.explain(
        """
        Compare the row with the lesson's CNN: the same parameters, the same time. The difference is
        what the bends at 0 are worth.
        """
    )

# %% [markdown]
# ## 7. Dense or convolutional: which network copes better when the garment moves?
#
# The last column of the table has the same test images, moved three pixels to the right and down.

# %%
loses_more = predict(
    "Which network loses more accuracy when the images move?",
    None,  # ← "A" or "B", in the box below or here
    choices={"A": "the dense network", "B": "the CNN"},
)


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


questions.train("dense", dense_network)

# %% reveal=true
with loses_more.reveal():
    questions.table().show()
    loss_of_dense, loss_of_cnn = [
        row.accuracy - row.moved for row in map(questions.row, ("dense", "the lesson's CNN"))
    ]
    loses_more.compare("A" if loss_of_dense > loss_of_cnn else "B")
    loses_more.explain(
        """
        Neither network has seen a moved garment. The convolutions find the same features, three
        pixels away; the dense layers behind them have learned where the features were. In the
        dense network every weight belongs to one pixel.
        """
    )

# %% [markdown]
# ## 8. What do twenty epochs do?
#
# After each epoch the network is also measured on 1,000 images that were set aside, the
# **validation** images.

# %%
best_epoch = predict(
    "Of 20 epochs, after which one is the loss on the validation images lowest?",
    None,  # ← a number, in the box below or here
)

# %%
# verbose=0: Keras's progress would give the answer away.
questions.train("20 epochs", network, epochs=20, validate=True, verbose=0)

# %% reveal=true
with best_epoch.reveal():
    questions.table().show()
    losses = questions.row("20 epochs").curves["val_loss"]
    best_epoch.compare(losses.index(min(losses)) + 1)
    questions.curves("20 epochs").show()
    best_epoch.explain(
        """
        From the dotted line on, the loss falls on the training images and rises on the others: this
        is **overfitting**. The network becomes surer of what it knows by heart, and of its mistakes
        as well. The remedies: stop there (`EarlyStopping`), use more images, or make the network smaller.
        """
    )

# %% [markdown]
# ## What comes next
#
# **Augmentation** trains on changed copies of the images, moved, mirrored or brighter, so that the
# network can't rely on what such changes take away. Keras has layers for it, such as
# `RandomTranslation` and `RandomFlip`, which act during training only.
#
# **Transfer learning** starts with the convolutions of a network that was trained on millions of
# other images, and trains new dense layers on yours. A few hundred images are then often enough,
# because edges and textures do not have to be learned again.

# %% [markdown]
# ## Your own question
#
# Write a network, give it a name of its own, and run it. `again=True` repeats a training;
# `questions.forget()` empties the table.

# %%
questions.run("mine", lambda: network(filters=(32, 48)))

# %% [markdown]
# **What you have seen.** Parameters, time and accuracy are three different things: more layers can mean
# fewer parameters, fewer parameters can take longer, and many more may gain nothing.
#
# **Common mistakes.** Calling a difference of half a point an improvement; comparing networks
# that were trained on different images or for different times; choosing by the test images.
#
# **Next:** `improve`, where you look for the most accurate network within 50,000 parameters.
