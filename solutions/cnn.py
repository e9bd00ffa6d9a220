# %% [markdown]
# # Exercise 4: Build, train and evaluate the CNN
#
# | | |
# |---|---|
# | **You will be able to** | prepare images for a CNN, build the lesson's network, explain each of its shapes, train it and measure its accuracy |
# | **You need** | the lesson, and the exercises `reshape`, `convolution` and `pooling` |
# | **Time** | about 25 minutes |
# | **Training costs** | two to three minutes on a laptop CPU, on all images |
# | **Points** | 35 |
#
# Fill each gap, run its cell, then run the check below it. When you are done, restart the kernel
# and run all cells: that is what counts. When it is graded, the notebook runs on a small part of
# the images; your functions must work for any number.

# %% locked="setup"
import os

import numpy as np

from course import load_data
from course.quiet import quiet

# TensorFlow reports on the processor it found; that says nothing about your code.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with quiet():
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")

tf.keras.utils.set_random_seed(1)
(train_images, train_labels), (test_images, test_labels) = load_data()

# %% [markdown]
# ## Prepare the images (5 points)
#
# Write `prepare(images)`: take whole numbers from 0 to 255 in shape (n, 28, 28), an array of type
# uint8, return floating-point numbers in shape (n, 28, 28, 1), with 0 mapped to 0.0 and 255 to 1.0.
# You did both parts in the first exercise.
#
# *A correct result* works for the training images and for the test images alike, for any number of
# them, dark or bright: the scale is always the same. It has 32 or 64 bits for each number, not
# rounded. The array you were given stays as it was, and so do the results of earlier calls.


# %% gap="prepare"
def prepare(images):
    """Return uint8 images (n, 28, 28) as floating-point numbers in 0…1, (n, 28, 28, 1)."""
    ### BEGIN SOLUTION
    return images.reshape(len(images), 28, 28, 1) / 255.0
    ### END SOLUTION


# %% test="prepare" points=5
from course.checks import exercise

with exercise("prepare") as check:
    check.examples(prepare)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-cnn-prepare
    import numpy as np

    from course.checks import mistakes

    shades = np.linspace(0.0, 1.0, 256)

    def alone(images):
        """Check one call, and that it left its argument as it was."""
        before, wrong = images.copy(), mistakes.preparing_again(images)
        ready, shape = check.call(prepare, images), (*before.shape, 1)
        shapes = mistakes.image_shapes(before.shape)
        ready = check.array(ready, shape, floating=True, wrong_shapes=shapes, mistakes=wrong)
        check.close(ready, shades[before].reshape(shape), wrong, mistakes.EXACT)
        check.untouched(images, before)

    def drawn(count, low=0, high=255):
        """Draw images whose pixels are low … high."""
        return check.rng.integers(low, high + 1, (count, 28, 28), dtype="uint8")

    for label, images in [
        ("another number of images", drawn(5)),
        ("images of which all pixels are 0 or 1", drawn(2, high=1)),
        ("one dark image stays dark", drawn(1, high=39)),
        ("images without a black pixel", drawn(3, low=90)),
        ("as many images as rows", drawn(28)),
        ("black images", drawn(2, high=0)),
        ("an image of which every pixel is 1", drawn(1, 1, 1)),
        ("white images", drawn(2, 255, 255)),
        ("hundreds of images", drawn(300)),
    ]:
        with check.hidden(label):
            alone(images)
    with check.hidden("many batches, one after the other"):
        batches = [drawn(count) for count in [2] * 6 + [40] * 3]
        batches.append(batches[-1][:, ::-1].copy())
        for _ in range(30):
            low, high = sorted(check.rng.integers(0, 256, 2))
            batches.append(drawn(int(check.rng.integers(1, 9)), low, high))
        check.in_turn(
            prepare,
            batches,
            lambda images: shades[images][..., np.newaxis],
            mistakes.preparing_again,
            floating=True,
            tolerance=mistakes.EXACT,
        )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Build the network (15 points)
#
# Write `build_cnn()`: return the lesson's network as a Keras model, with these layers in this order:
#
# 1. convolution with 64 filters of 3 × 3 and ReLU
# 2. max pooling of 2 × 2
# 3. convolution with 64 filters of 3 × 3 and ReLU
# 4. max pooling of 2 × 2
# 5. flatten
# 6. dense, 128 units, ReLU
# 7. dense, one unit for each of the 10 classes, softmax
#
# *Why:* the convolutions look for features, the poolings keep the strongest, the dense layers decide.
#
# *A correct result* takes any number of images (28, 28, 1) and has 243,786 parameters. These seven
# layers are all of it: no dropout, no noise, no normalization. ReLU and softmax may be layers
# of their own. You may compile it here or later, and choose how its weights start.
#
# *Any of Keras's styles will do:* Sequential or functional, models inside models, a layer used
# twice, a subclass. A class with a `call` of its own counts if `call` uses Keras's layers and
# `keras.ops` only; build it first: `model.build((None, 28, 28, 1))`. Whatever keeps the network
# from learning is refused: frozen layers, constraints, equal weights, penalties (L1 and L2 of at
# most 0.01 on weights are accepted).
#
# *Part marks:* 10 of the 15 points are for the layers, in their order and with their shapes and
# settings, 5 for the activations in 32 or 64 bits. An activation of your own (a `Lambda`, a function
# that is not Keras's or TensorFlow's) can't be compared, and loses these 5.


# %% gap="build_cnn"
def build_cnn():
    """Return the lesson's CNN for images (28, 28, 1) and 10 classes."""
    ### BEGIN SOLUTION
    return tf.keras.models.Sequential(
        [
            tf.keras.Input(shape=(28, 28, 1)),
            tf.keras.layers.Conv2D(64, (3, 3), activation="relu"),
            tf.keras.layers.MaxPooling2D(2, 2),
            tf.keras.layers.Conv2D(64, (3, 3), activation="relu"),
            tf.keras.layers.MaxPooling2D(2, 2),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% test="build_cnn" points=15
from course.checks import exercise

with exercise("build_cnn") as check:
    check.examples(build_cnn)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-cnn-build_cnn
    if check.share == 1.0:
        network = check.call(build_cnn)
        with check.hidden("the network of another call"):
            check.lesson_cnn(network)
        with (
            check.part(1 / 3),
            check.hidden("the same predictions as the lesson's network with equal weights"),
        ):
            check.predicts_like_lesson_cnn(network)
    ### END HIDDEN TESTS

### BEGIN HIDDEN TESTS
check.mark(15, check.share)
### END HIDDEN TESTS

# %% [markdown]
# ## Read the shapes (5 points)
#
# Fill the table `layer_shapes`: for every layer, the shape of what comes out of it for **one** image,
# as a tuple. (`model.summary()` puts the batch in front, as `None`; leave it out.)
#
# *Why:* most errors with CNNs are errors of shape. If you know each shape before you run the code,
# you find such an error at once. Work the shapes out with `output_size` in mind. Keras's own table
# comes after the check.
#
# *A correct result* has seven tuples of whole numbers; the first is (26, 26, 64). Lists are accepted
# too, and so are 13.0 for 13 and a plain number for a shape of one axis.
#
# *Part marks:* each of the six shapes is worth a sixth of the points, whatever the others are.

# %% gap="layer_shapes"
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": None,
    "conv_2": None,
    "pool_2": None,
    "flatten": None,
    "dense_1": None,
    "dense_2": None,
}
### BEGIN SOLUTION
### KEEP ABOVE
layer_shapes = {
    "conv_1": (26, 26, 64),
    "pool_1": (13, 13, 64),
    "conv_2": (11, 11, 64),
    "pool_2": (5, 5, 64),
    "flatten": (1600,),
    "dense_1": (128,),
    "dense_2": (10,),
}
### END SOLUTION

# %% test="layer_shapes" points=5
from course.checks import exercise

with exercise("layer_shapes") as check:
    check.examples(layer_shapes)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-cnn-layer_shapes
    from course.checks import shape_rows

    with check.hidden("the table by the lesson's two rules"):
        size, by_rule = 28, {}
        for number in (1, 2):
            size -= 2
            by_rule[f"conv_{number}"] = (size, size, 64)
            size //= 2
            by_rule[f"pool_{number}"] = (size, size, 64)
        by_rule |= {"flatten": (size * size * 64,), "dense_1": (128,), "dense_2": (10,)}
        # A single number, Python's or NumPy's, stands for a shape of one axis.
        given = {name: shape_rows.as_shape(layer_shapes[name]) for name in by_rule}
        wrong = sum(given[name] != by_rule[name] for name in by_rule if name != "conv_1")
        check.that(abs(check.share - (1 - wrong / 6)) < 1e-6, "")
    ### END HIDDEN TESTS

### BEGIN HIDDEN TESTS
check.mark(5, check.share)
### END HIDDEN TESTS

# %% [markdown]
# Compare your table with Keras's own.

# %%
model = build_cnn()
model.summary()

# %% [markdown]
# ## Train it (5 points)
#
# Write `train(model, images, labels, epochs)`: compile the model with the optimizer `adam`, the loss
# `sparse_categorical_crossentropy` and the metric `accuracy`, as in the lesson; fit it once, on all
# of the images as they are, for that many epochs; return what `fit` returns.
#
# *Why:* the loss says how wrong the network is, the optimizer changes the weights to make it
# smaller, and the metric is for you. The labels are whole numbers from 0 to 9, hence "sparse".
#
# *A correct result* is the `History` of the training, one entry for each epoch, and the model that was
# given has learned.
#
# *Yours to choose:* the size of the batches, their order, and Adam's settings (a learning rate from
# 0.0003 to 0.02, or one of Keras's schedules). One-hot labels with `categorical_crossentropy` are
# accepted too, and so are further metrics and `validation_data`. *Not yours to choose:* the images are
# in 0…1 already, so scale or change nothing; hold none of them back (no `validation_split`);
# callbacks may watch or set the learning rate, but not end the training early.


# %% gap="train"
def train(model, images, labels, epochs):
    """Compile the model, fit it for this many epochs, and return the History."""
    ### BEGIN SOLUTION
    from course.training.bfloat16 import bfloat16

    # The lesson's optimizer="adam" earns the same marks. Here its steps fade out to 0, so that the
    # last epoch settles instead of wandering. Batches of 64, and numbers of 16 bits where the
    # processor has them, save time.
    batch_size = 64
    steps = epochs * -(-len(images) // batch_size)
    rate = tf.keras.optimizers.schedules.CosineDecay(0.0015, steps)
    optimizer = tf.keras.optimizers.Adam(rate)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    with bfloat16(images):
        return model.fit(images, labels, batch_size=batch_size, epochs=epochs)
    ### END SOLUTION


# %% test="train" points=5
from course.checks import exercise

with exercise("train") as check:
    check.examples(train)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-cnn-train
    from course.checks import inputs

    with check.hidden("many images, for three epochs"):
        images, labels = inputs.images_with_blocks(961, check.rng)
        network, before = inputs.small_network(seed=3), inputs.small_network(seed=3)
        history = check.call(train, network, images, labels, epochs=3)
        check.history(history, epochs=3)
        check.learned(network, before, images, labels, history)
    with check.hidden("two other images, for another number of epochs"):
        check.retraced(train, inputs.two_images(check.rng, epochs=3, known=False))
    with check.hidden("many images that look alike, for one epoch"):
        check.retraced(train, inputs.alike_images(check.rng, 650, epochs=1))
    with check.hidden("every epoch, although the loss does not fall any more"):
        check.all_epochs(train, inputs.contradicting_labels(check.rng, epochs=8))
    ### END HIDDEN TESTS

# %% [markdown]
# Train on all images. This is the cell that takes minutes, about 20 seconds an epoch on two cores.
# What you wrote does the training; `watched` lets it say first how long it will take, lets the stop
# button (■) end it early without losing what was learned, and keeps the result for a restart.

# %%
from course import watched

EPOCHS = 5
# The same random start every time, so that a second run can be compared with the first.
tf.keras.utils.set_random_seed(1)
model = watched(build_cnn(), keep="exercise-cnn")  # watched(…, quick=True): a tenth of the images
history = train(model, prepare(train_images), train_labels, epochs=EPOCHS)

# %% [markdown]
# ## Evaluate it (5 points)
#
# Write `evaluate(model, images, labels)`: return the accuracy of the trained model on these images,
# as one number between 0 and 1.
#
# *Why:* the accuracy on images that the network was trained on flatters it. What counts is how it
# does on images it has never seen: the test images.
#
# *A correct result* is a single number such as 0.7125, not rounded: neither the loss, nor a count, nor
# per cent, nor a list. The images are in 0…1, the labels whole numbers in shape (n,). All images
# count, and the model's weights stay as they were.


# %% gap="evaluate"
def evaluate(model, images, labels):
    """Return the model's accuracy on these images, a number in 0…1."""
    ### BEGIN SOLUTION
    _, accuracy = model.evaluate(images, labels, verbose=0)
    return accuracy
    ### END SOLUTION


# %% test="evaluate" points=5
from course.checks import exercise

with exercise("evaluate") as check:
    check.examples(evaluate)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-cnn-evaluate
    from course.checks import inputs

    with check.hidden("other images, of which another share is labeled wrong"):
        for count, share, dtype in [(41, 0.6, "int64"), (25, 0.0, "uint8")]:
            images, labels = inputs.images_with_blocks(count, check.rng)
            labels = inputs.mislabeled(labels, share=share).astype(dtype)
            check.measured(evaluate, inputs.trained_network(), images, labels)
    with check.hidden("networks that know less"):
        images, labels = inputs.images_with_blocks(73, check.rng)
        for known in ([0, 1, 4, 5, 8], [2, 9], []):
            network = inputs.trained_network(known, favorite=7)
            check.measured(evaluate, network, images, labels.astype("int32"))
        network = inputs.compiled(inputs.small_network(seed=4, hidden=True))
        check.measured(evaluate, network, images, labels)
    ### END HIDDEN TESTS

# %% [markdown]
# **Predict** before you look. The network has seen the training images, but not the test images.

# %%
from course import predict

guess = predict(
    "The last epoch printed the accuracy on the training images. What will it be on the test "
    "images, in per cent?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with guess.reveal():
    accuracy = evaluate(model, prepare(test_images), test_labels)
    print(f"Test accuracy: {accuracy:.1%}")
    guess.compare(100 * accuracy, unit="%")

# %% [markdown]
# **What you have seen.** Four more layers and one more axis, and the same images are recognized
# better, with about 140,000 parameters more. Of these, only 37,568 belong to the convolutions.
#
# **Common mistakes.** Forgetting the channel axis; `Flatten` before the convolutions; no softmax at
# the end; measuring the accuracy on the training images.
#
# **Next:** the quiz (`quiz`). See it explained:
# [convolutions and pooling](https://youtu.be/PCgLmzkRM38).
