# %% [markdown]
# # Convolutions and pooling: a better look at the same images
#
# **After this lesson you can**
# - say why 784 raw pixels are a wasteful description of a small image;
# - compute a convolution and a max pooling by hand, and say what each one is for;
# - explain what a larger *stride* changes in a convolution, and what it changes in pooling;
# - turn a dense network into a convolutional neural network (CNN), reshape included;
# - read `model.summary()` line by line and account for each of its parameters;
# - look into a trained CNN: its kernels, its feature maps, its mistakes.
#
# | | |
# |---|---|
# | **You need** | Python, a little NumPy (indexing, shapes), and the idea that a network learns numbers called *weights* from examples. No graphics card. |
# | **Minutes** | About 60 to read, predict and run. You can read on while the networks train. |
# | **Training costs** | 2 to 4 minutes on a laptop CPU, for both networks; `QUICK = True` below cuts that to a tenth. |
#
# Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Before each important
# step you are asked to **predict**: type what you expect into the box and press <kbd>Enter</kbd>,
# or click *Skip*. The next cell is folded (…) until then; it shows your prediction and the result
# side by side. Nobody marks a prediction, and a wrong one is easy to remember. Where no box
# appears, write your prediction in place of `None` and run the cell again.

# %% [markdown]
# ## 1. Set up
#
# Run this cell to load TensorFlow. It takes a few seconds.

# %%
import os

# TensorFlow reports on graphics cards and CPU features in red, as if something had gone wrong.
# Level 3 asks it for errors only, and has to be set before the import.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from course.quiet import quiet

with quiet():  # The import itself writes a few lines before it has read that level.
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # The same for what its Python part writes.
    tf.keras.utils.set_random_seed(42)  # The same start in every run, for a fair comparison.

print("TensorFlow", tf.__version__)

# %% [markdown]
# Now load the images: Fashion-MNIST, small gray pictures of ten kinds of garments.

# %%
import numpy as np

from course import CLASS_NAMES, diff_models, fit, load_data, plots, predict, shapes_table, show_quiz

EPOCHS = 5  # How many times each network sees all training images.
QUICK = False  # True: train on a tenth of them. Faster, and less accurate; the training says so.

(train_images, train_labels), (test_images, test_labels) = load_data()

print("training images:", train_images.shape, train_images.dtype)
print("test images:    ", test_images.shape, test_images.dtype)
print("classes:        ", ", ".join(CLASS_NAMES))

# %% [markdown]
# Each image has 28 rows of 28 pixels. A pixel is one number from 0 (black) to 255 (white); the
# label beside each image is the position of its class in that list.

# %%
garments = {name: train_images[train_labels == label] for label, name in enumerate(CLASS_NAMES)}

plots.images(
    {name: garments[name][0] for name in ("T-shirt/top", "Trouser", "Coat", "Bag", "Ankle boot")},
    alt="Five small gray images of garments.",
    caption="The first T-shirt, trousers, coat, bag and ankle boot of the training images: bright "
    "garments on a black background.",
)

# %% [markdown]
# ## 2. Why 784 raw pixels waste space
#
# 28 × 28 = 784 numbers describe one garment. How many of them say nothing at all?

# %%
empty_pixels = predict(
    "Of 100 pixels of the training images, how many are exactly 0, which is black?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with empty_pixels.reveal():
    share_of_zeros = np.mean(train_images == 0)
    empty_pixels.compare(100 * share_of_zeros, unit="%")

# %% [markdown]
# See where the empty pixels are, on the first pair of trousers.

# %%
trousers = garments["Trouser"][0]
zeros = trousers == 0

plots.images(
    {"one garment, 784 pixels": trousers / 255, f"white: the {zeros.sum()} zero pixels": zeros},
    alt="A pair of trousers, and beside it the same picture with the zero pixels in white.",
    caption="The trousers lie on a black background. Each pixel that is exactly 0 is white in the "
    f"second picture: {zeros.sum()} of 784, nearly all of the background.",
)

# %% [markdown]
# Most of the free space lies around the garment. It carries no image information, yet a network
# that is fed raw pixels has to spend weights on each of those places.

# %% [markdown]
# There is a second kind of waste. A dense layer gives each pixel a weight of its own and adds up
# all products of pixel and weight.

# %%
shuffled = predict(
    "Shuffle the 784 pixels, and shuffle the weights of one dense unit in the same way. "
    "What happens to the unit's answer?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={
        "A": "it becomes random",
        "B": "it stays exactly the same",
        "C": "it becomes smaller, because the garment is gone",
    },
)

# %% reveal=true
with shuffled.reveal():
    rng = np.random.default_rng(0)
    shuffle = rng.permutation(trousers.size)
    pixels = trousers.flatten() / 255.0
    weights = rng.normal(size=pixels.size)  # One unit of a dense layer.
    in_place, moved = pixels @ weights, pixels[shuffle] @ weights[shuffle]

    print(f"pixels in place:  {in_place:.6f}")
    print(f"pixels shuffled:  {moved:.6f}")
    smaller_or_random = "C" if abs(moved) < 0.5 * abs(in_place) else "A"
    shuffled.compare("B" if np.isclose(in_place, moved) else smaller_or_random)
    plots.images(
        {"in place": trousers / 255, "shuffled": pixels[shuffle].reshape(trousers.shape)},
        alt="The trousers, and the same pixels in random order.",
        caption="On the left you see trousers, on the right the same 784 pixels shuffled: noise. "
        "To a dense layer both are equally easy: it makes no use of which pixels are neighbors.",
    ).show()

# %% [markdown]
# Edges, corners and legs are made of pixels *side by side*. Two ideas use that: **convolutions**,
# which work on small neighborhoods, and **pooling**, which drops what is not needed.

# %% [markdown]
# ## 3. Convolution: one small window, many places
#
# A convolution narrows the content of an image down to specific, distinct details. It slides a
# small window, often 3 × 3, over the image. The **kernel** (or *filter*) is a grid of
# numbers of the same size. At each place: **multiply** each pixel in the window by the kernel's
# number at the same position, and **add** everything up. That one sum is the answer for that place.
#
# If you would like to see it move first: [convolutions and pooling](https://youtu.be/PCgLmzkRM38), and
# [a good tutorial to understand convolution](https://youtu.be/7g8jpK4llkc).

# %% [markdown]
# Compute one answer by hand. The little image below is dark at the top and bright at the bottom.

# %%
numbers = np.array(
    [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [9, 9, 9, 9, 9],
        [9, 9, 9, 9, 9],
        [9, 9, 9, 9, 9],
    ]
)
kernel = np.array(
    [
        [-1, -1, -1],
        [0, 0, 0],
        [1, 1, 1],
    ]
)

first_sum = predict(
    "Lay the kernel on the upper left corner, multiply, and add up. Which number comes out?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with first_sum.reveal():
    window = numbers[0:3, 0:3]
    print("the window in the upper left corner:\n", window)
    print("multiplied by the kernel:\n", window * kernel)
    first_sum.compare(np.sum(window * kernel))
    first_sum.explain(
        """
        The lower row of the window is added, the upper one subtracted, and the middle one ignored.
        So the kernel asks one question: *is it brighter below than above?* Here it is, by
        3 × 9 = 27.
        """
    )

# %%
map_shape = predict(
    "Slide the 3×3 window over all of the 5×5 image, one pixel at a time, never past the border. "
    "How many rows and columns of answers are there?",
    None,  # ← a shape, in the box below or here
    like=(4, 6),
)

# %% reveal=true
with map_shape.reveal():
    tensorflow_answers = tf.nn.conv2d(
        numbers[np.newaxis, :, :, np.newaxis].astype("float32"),
        kernel[:, :, np.newaxis, np.newaxis].astype("float32"),
        strides=1,
        padding="VALID",
    )
    feature_map = tensorflow_answers[0, :, :, 0].numpy()
    print("TensorFlow:\n", feature_map.astype(int))
    map_shape.compare(feature_map.shape)
    map_shape.explain(
        """
        A window 3 wide fits into a row of 5 in 5 − 3 + 1 = 3 places, so 5 × 5 numbers become 3 × 3
        answers: a **feature map**. It says 27 wherever the window covers the change from dark to
        bright, and 0 where all is flat.
        """
    )
    plots.sliding_kernel(numbers, kernel, "the little image").show()

# %% [markdown]
# The answers of one kernel make a **feature map**. Keras calls this way of sliding
# `padding="valid"`: the window never goes past the border. With `padding="same"` zeros are added
# around the image, so that at stride 1 the feature map is as large as the image. The step from one
# place to the next is the **stride**, here 1.

# %% [markdown]
# A word on the name. In mathematics a convolution flips the kernel first, top to bottom and left to
# right; without the flip the sum is, strictly speaking, a **cross-correlation**. Check which of the
# two TensorFlow has just computed.

# %%
flipped = kernel[::-1, ::-1]
print("TensorFlow, upper left:      ", int(feature_map[0, 0]))
print("by hand, kernel as it is:    ", np.sum(window * kernel))
print("by hand, kernel flipped:     ", np.sum(window * flipped))

# %% [markdown]
# No flip: what deep learning calls a convolution is a cross-correlation. The kernel is learned,
# so nothing is lost; with a flip, training would simply find the flipped kernel.

# %% [markdown]
# Use the same kernel on a garment with pixels from 0 to 1: the T-shirt with the least pattern
# among the first 500.

# %%
shirt = plots.plainest(garments["T-shirt/top"][:500]) / 255.0

strong_places = predict(
    "Where on the T-shirt will this kernel's answers be far from 0?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={
        "A": "along the upright sides",
        "B": "at the shoulders, the sleeves' ends and the hem",
        "C": "all over the cloth, because it is bright",
    },
    picture=plots.images(
        {"a T-shirt": shirt},
        alt="A T-shirt.",
        caption="A T-shirt of the training images without a print, seen from the front.",
    ),
)

# %% reveal=true
with strong_places.reveal():
    strength = plots.strength_by_border(shirt, kernel)
    strongest = max(strength, key=strength.get)
    print("mean strength of the answers:", {part: round(v, 2) for part, v in strength.items()})
    strong_places.compare(
        {"upright": "A", "level": "B", "inside": "C"}[strongest],
        note="Press Play, or step through the whole map.",
    )
    plots.sliding_kernel(shirt, kernel, "a T-shirt").show()
    strong_places.explain(
        """
        The map no longer shows a T-shirt; it shows **horizontal edges**, and where they are. The
        sides, which are vertical edges, leave almost no trace. Of all that is in the image, nine
        numbers picked one feature. (Which nine numbers would pick the sides? That is an exercise.)
        """
    )

# %% [markdown]
# Other numbers, other features. People wrote such kernels long before networks learned theirs.

# %%
boot = garments["Ankle boot"][0] / 255.0
centered = np.full((3, 3), -1)
centered[1, 1] = 8
three_maps, its_map = plots.map_question(boot, centered)

which_map = predict(
    "A kernel has −1 in all places and 8 in the middle. Which of these maps does it make?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={"A": "", "B": "", "C": ""},
    picture=three_maps,
)

# %% reveal=true
with which_map.reveal():
    which_map.compare(its_map)
    plots.classic_kernels(boot, "an ankle boot").show()

# %% [markdown]
# Nobody writes such kernels for a CNN. A `Conv2D(64, (3, 3))` layer starts with 64 random kernels,
# and training changes them until their 64 feature maps help to tell the classes apart. In section
# 11 you will see what they have become.

# %% [markdown]
# ## 4. Pooling: keep the strongest, drop the rest
#
# Pooling is an important way to reduce the amount of information that a model has to process. Max
# pooling cuts the feature map into blocks, usually 2 × 2, and keeps the largest number of each.
# Two tutorials on it: [tutorial 1](https://youtu.be/8oOgPUO-TBY) and
# [tutorial 2](https://youtu.be/PjtqcNr4T-Q).

# %%
small_map = np.array(
    [
        [1, 3, 2, 0],
        [4, 6, 1, 2],
        [0, 2, 9, 7],
        [1, 0, 8, 5],
    ]
)

four_numbers = predict(
    "Pool these 4×4 numbers to 2×2. Which four remain?",
    None,  # ← four numbers, row by row, in the box below or here
    like=[[1, 2], [3, 4]],
)

# %% reveal=true
with four_numbers.reveal():
    max_pool = tf.keras.layers.MaxPooling2D(2, 2)  # Blocks of 2×2, and a stride of 2.
    pooled = max_pool(small_map[np.newaxis, :, :, np.newaxis])[0, :, :, 0].numpy()
    four_numbers.compare(pooled.astype(int))
    plots.pooling_blocks(small_map).show()

# %% [markdown]
# Sixteen numbers became four. Each still says *how strongly was this feature seen around here?*;
# only the exact place is lost, by a pixel at most. Pooling has no weights: nothing in it is learned.

# %%
edges = plots.classic_maps(shirt)["horizontal edges"]

pooled_shape = predict(
    f"The edges of the T-shirt are a map of {edges.shape[0]}×{edges.shape[1]} numbers. What shape "
    "does it have after pooling by 2?",
    None,  # ← a shape, in the box below or here
    like=(20, 10),
)

# %% reveal=true
with pooled_shape.reveal():
    pooled_edges = max_pool(edges[np.newaxis, :, :, np.newaxis])[0, :, :, 0].numpy()
    pooled_shape.compare(pooled_edges.shape)
    plots.maps(
        {"before": edges, "after pooling by 2": pooled_edges},
        alt="The T-shirt's horizontal edges before and after pooling.",
        caption="The feature map before and after pooling, at the same size on the page. The "
        "pooled map is coarser; the strong positive answers are still there, the negative ones "
        "have become thinner.",
    ).show()

# %% [markdown]
# A quarter of the numbers, and the edges where it gets brighter downwards are as strong as before.
# The negative answers, where it gets darker, became thinner or vanished, because the *largest* number
# of a block wins. A CNN loses nothing by that: its activation, **ReLU**, turns negative answers
# into 0 before the pooling anyway, and another kernel, with the signs swapped, finds those edges.
#
# **Why ReLU?** Two convolutions in a row, with nothing between them, amount to one larger
# convolution: sums of products, added and multiplied again, are still sums of products. The bend at
# 0 is what lets a second layer compute something that one layer can't. max(0, x) is the cheapest
# bend, and trains well.

# %% [markdown]
# ## 5. What is the difference between convolution and pooling?
#
# | | convolution | pooling |
# |---|---|---|
# | from a matrix of data, it | **extracts features** | only **downsamples** |
# | its learned weights | the kernels | none |
# | a larger stride changes | **which features** are found | **how much** is kept |
#
# Both make the data smaller when their stride is larger than 1, so why not use a strided
# convolution alone? Find out with one row of pixels and the tiny kernel (−1, 1), which asks *does
# it get brighter here?* The second row is the first, moved right by one pixel.

# %%
brighter = np.array([-1, 1])
rows = {
    "edge": np.array([0, 0, 0, 1, 1, 1, 1]),
    "edge, moved by one": np.array([0, 0, 0, 0, 1, 1, 1]),
}

moved_edge = predict(
    "At stride 1 the answers to the moved edge are [0 0 0 1 0 0]. What does the same convolution "
    "find at stride 2, where it visits only every second place?",
    None,  # ← a list, in the box below or here
    like=[1, 2, 3],
)

# %% reveal=true
with moved_edge.reveal():
    for name, row in rows.items():
        every_answer = np.correlate(row, brighter, mode="valid")
        print(f"{name}: {row}")
        print("  convolution, stride 1:      ", every_answer)
        print("  convolution, stride 2:      ", every_answer[::2])
        print("  stride 1, then pooling by 2:", every_answer.reshape(-1, 2).max(axis=1))
    moved_edge.compare(every_answer[::2])
    moved_edge.explain(
        """
        With stride 2 the convolution visits every second place only. It found the first edge and
        **missed the second one altogether**: a large stride changes what kinds of features are
        extracted. Pooling comes after every place has been visited, so both edges survive; a
        larger stride there only means that fewer numbers are kept.
        """
    )

# %%
which_keeps = predict(
    "Now on the T-shirt, with strides of 2 and 4: which way keeps the strongest answers?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={
        "A": "the convolution with a larger stride",
        "B": "stride 1, then pooling with a larger stride",
        "C": "both the same, since the maps have the same size",
    },
)

# %% reveal=true
with which_keeps.reveal():
    pairs = plots.smaller_maps(shirt, kernel, (2, 4)).values()
    strided, pooled = (np.array([np.mean(pair[way]) for pair in pairs]) for way in (0, 1))
    print("mean answer after ReLU, at strides of 2 and 4:")
    print("  convolution with that stride:", strided.round(2))
    print("  stride 1, then pooling:      ", pooled.round(2))
    stronger = "B" if (pooled > strided).all() else "A"
    which_keeps.compare("C" if np.allclose(pooled, strided) else stronger)
    plots.stride_or_pooling(shirt, kernel, "a T-shirt").show()

# %% [markdown]
# Equal sizes, different content. A strided convolution is cheaper, since at stride 2 it computes a
# quarter of the answers; it can work well, but then the kernels must be learned for that stride.
# More opinions on when to use which: [a useful
# link](https://www.quora.com/Whats-the-difference-between-convolution-filter-with-large-stride-and-max-pooling-layer-as-both-down-sample-the-input-layer-when-to-use-each).

# %% [markdown]
# ## 6. The code so far: a dense network
#
# Before anything is improved, measure what there is. First scale the pixels from 0…255 to 0…1,
# which makes training steadier.

# %%
train_scaled = train_images / 255.0
test_scaled = test_images / 255.0

print("largest pixel before:", train_images.max(), "- after:", train_scaled.max())

# %% [markdown]
# The dense network: the image is flattened into 784 numbers, 128 units use all of them, and 10
# outputs give a probability for each class. Three names in its code:
#
# - **softmax** turns the 10 outputs into probabilities: each at least 0, all together 1, the
#   largest output the most probable class.
# - The **loss**, *sparse categorical cross-entropy*, is −log of the probability that the network
#   gave to the correct class, averaged: 0 if it was sure and correct, large if it was sure and wrong.
# - **Adam** changes the weights after every 32 images, a small step in the direction in which the
#   loss falls. It chooses the length of the step for each weight from the recent slopes.

# %%
dense_guess = predict(
    "How many of 100 test images, which it has never seen, will this dense network classify "
    "correctly after it has seen the training images five times?",
    None,  # ← a number, in the box below or here
)

# %% [markdown]
# `fit` calls Keras's own `dense_model.fit` and adds three things. It says first how long the
# training will take. The stop button (■, in the toolbar) ends it early, and the network keeps what
# it has learned. The result is kept on your disk, so it is there at once after a restart.

# %%
tf.keras.utils.set_random_seed(42)
dense_model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation=tf.nn.relu),
        tf.keras.layers.Dense(10, activation=tf.nn.softmax),
    ]
)
dense_model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

# In plain Keras: dense_model.fit(train_scaled, train_labels, epochs=EPOCHS)
dense_history = fit(
    dense_model, train_scaled, train_labels, epochs=EPOCHS, quick=QUICK, keep="lesson-dense"
)
dense_seconds = np.mean(dense_history.seconds)

# %% [markdown]
# The loss fell from epoch to epoch and the accuracy rose, on images that the network was shown.
# Now ask it about images it has never seen.

# %% reveal=true
with dense_guess.reveal():
    dense_loss, dense_accuracy = dense_model.evaluate(test_scaled, test_labels, verbose=0)
    print("Test loss: ", dense_loss)
    print("Test accuracy: ", dense_accuracy * 100, "%")
    dense_guess.compare(100 * dense_accuracy, unit="%")
    dense_guess.explain(
        """
        When this lesson's code was first run it printed a test loss of 0.336 and a test accuracy
        of 87.79 %. Yours will differ a little: the weights start from random numbers, and
        processors round differently. This is the figure to beat.
        """
    )

# %% [markdown]
# ## 7. Now with convolutions
#
# A convolution wants to know where a pixel is, so the images keep their rows and columns. They
# get one more axis at the end, for the channels: a gray image has one, a color image three
# (red, green, blue).

# %%
tensor_shape = predict(
    f"The training images have shape {train_scaled.shape}. What will it be with a channel axis?",
    None,  # ← a shape, in the box below or here
    like=(10, 20, 30),
)

# %% reveal=true
with tensor_shape.reveal():
    train_tensor = train_scaled.reshape(len(train_scaled), 28, 28, 1)
    test_tensor = test_scaled.reshape(len(test_scaled), 28, 28, 1)
    tensor_shape.compare(train_tensor.shape)

# %% [markdown]
# No pixel moved; only the shape is new. The number of images is taken from the array, so the same
# line serves the training set, the test set and any part of them.

# %% [markdown]
# Here comes the CNN: convolution, pooling, convolution, pooling, and then the dense network from
# before.

# %%
most_parameters = predict(
    "Which layer will have the most parameters (weights and biases)?",
    None,  # ← "A", "B", "C" or "D", in the box below or here
    choices={
        "A": "the first convolution",
        "B": "the second convolution",
        "C": "the first dense layer",
        "D": "the last dense layer",
    },
)

# %% [markdown]
# Before Keras tells you, fill its table: which **shape** comes out of each layer for one
# image, and how many **parameters** (weights and biases) does the layer have?
#
# Two rules for shapes: a 3 × 3 window fits into a row of n in n − 3 + 1 places, and pooling by 2
# halves, dropping what is left over. One rule for parameters: each filter and each unit has a
# weight for every number that it multiplies, and one bias.
#
# Run the cell as often as you like; each cell of the table is checked by itself. Two are already
# filled in.

# %%
shapes_table(
    {
        "conv_1": [(26, 26, 64), 640],  # 64 filters of 3×3
        "pool_1": [None, None],
        "conv_2": [None, None],  # 64 filters of 3×3
        "pool_2": [None, None],
        "flatten": [None, None],
        "dense_1": [None, None],  # 128 units
        "dense_2": [None, None],  # 10 units
        "total": None,
    }
)

# %% [markdown]
# Build the network.
#
# Many programs give the input's shape to the first layer, as
# `Conv2D(64, (3, 3), activation="relu", input_shape=(28, 28, 1))`. It does the same, but today's
# Keras warns about it and prefers the line with `tf.keras.Input`.

# %%
tf.keras.utils.set_random_seed(42)
model = tf.keras.models.Sequential(
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
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
first_kernels_before = model.layers[0].get_weights()[0]

# %% [markdown]
# Compare Keras's own table with yours.

# %% reveal=true
with most_parameters.reveal():
    model.summary()
    layers_with_weights = [layer for layer in model.layers if layer.count_params()]
    counts = [layer.count_params() for layer in layers_with_weights]
    most_parameters.compare("ABCD"[int(np.argmax(counts))], note="Section 9 says why.")

# %%
cnn_guess = predict(
    "How many of 100 test images will the CNN classify correctly?",
    None,  # ← a number, in the box below or here
)

# %% [markdown]
# Train the CNN, for as many epochs as the dense network. This is the longest cell of
# the lesson; read on in section 8 while it runs.

# %%
# In plain Keras: model.fit(train_tensor, train_labels, epochs=EPOCHS)
cnn_history = fit(model, train_tensor, train_labels, epochs=EPOCHS, quick=QUICK, keep="lesson-cnn")
cnn_seconds = np.mean(cnn_history.seconds)

# %% reveal=true
with cnn_guess.reveal():
    cnn_loss, cnn_accuracy = model.evaluate(test_tensor, test_labels, verbose=0)
    print("Test loss: ", cnn_loss)
    print("Test accuracy: ", cnn_accuracy * 100, "%")
    cnn_guess.compare(100 * cnn_accuracy, unit="%")
    cnn_guess.explain(
        """
        On the real images the CNN classifies 90 or 91 of 100 correctly, the dense network 87 or 88.
        """
    )

# %% [markdown]
# ## 8. What changed?
#
# **Can you find the difference between this code and the previous code?** Scroll up, compare
# sections 6 and 7, and write down what you find.

# %%
your_difference = predict(
    "What is different in the second code?",
    None,  # ← your words, in the box below or here in quotes
    like="",
)

# %% reveal=true
with your_difference.reveal():
    your_difference.compare(diff_models(dense_model, model, ("dense", "CNN")))
    your_difference.explain(
        """
        Two things changed:

        1. **Four layers were added in front**: convolution 1, pooling 1, convolution 2, pooling 2.
        What follows them, from `Flatten` on, is the dense network from before.
        2. **The images were reshaped** from (images, 28, 28) to (images, 28, 28, 1).
        """
    )

# %% [markdown]
# Why the new axis? The first convolution expects a single tensor that contains everything. So
# instead of a list of many 28 × 28 × 1 items we hand over one 4D tensor: on the full
# training set 60,000 × 28 × 28 × 1, and likewise for the test images. The four axes are
# (images, height, width, channels).

# %% [markdown]
# See what happens if you forget: give 3D images to a convolution.

# %%
forgetful_model = tf.keras.models.Sequential(
    [tf.keras.layers.Conv2D(64, (3, 3), activation="relu"), tf.keras.layers.Flatten()]
)
try:
    forgetful_model(train_scaled[:1])
except ValueError as error:
    print("ValueError:", str(error).splitlines()[0])

# %% [markdown]
# `expected min_ndim=4, found ndim=3`: a convolution cannot tell whether the last axis of a 3D
# array is the width or the channels, so it refuses. When you meet this message, look for a
# missing channel axis.
#
# One surprise: a model that declares `Input(shape=(28, 28, 1))`, as ours does, *would* have taken
# the 3D images, because recent versions of Keras quietly append a missing axis of size 1. Reshape
# all the same: then your code says what it means, and works with any version and any layer.

# %% [markdown]
# ## 9. Reading `model.summary()` line by line
#
# Here are the two rules again, as code: a 3 × 3 convolution removes 2 rows and 2 columns (the
# window must fit), and 2 × 2 pooling halves both, dropping what is left over.

# %%
size = 28
print(f"input       {size}×{size}×1")
for number in (1, 2):
    size = size - 3 + 1
    print(f"conv {number}      {size}×{size}×64")
    size = size // 2
    print(f"pooling {number}   {size}×{size}×64")
flat = size * size * 64
print(f"flatten     {flat}")

# %% [markdown]
# So this is how the shape of an image changes on its way through the network:
#
# 28×28×1 → **26×26×64 → 13×13×64 → 11×11×64 → 5×5×64 → 1600 → 128 → 10**
#
# - **26×26×64**: 64 kernels, so 64 feature maps, each of 28 − 3 + 1 = 26 rows and columns.
# - **13×13×64**: each map is halved by pooling; their number stays the same.
# - **11×11×64**: 13 − 3 + 1 = 11. Each of the 64 new kernels covers all 64 maps at once.
# - **5×5×64**: half of 11 is 5.5; the last row and column have no partner and are dropped.
# - **1600**: 5 · 5 · 64 numbers in a row, which is all that `Flatten` does.
# - **128** units, and **10** probabilities, as in the dense network.
#
# `None` in Keras's table stands for the number of images, which is left open.

# %% [markdown]
# How do 64 maps become one? A filter of the second convolution has a **slice** for each map that
# comes in. Each slice slides over its own map; the sums of all slices and one bias are added; ReLU
# follows. Step through it with three maps instead of 64.

# %%
rng = np.random.default_rng(58)
three_maps_in = rng.integers(0, 4, (4, 4, 3))  # height, width, maps
one_filter = rng.integers(-1, 2, (3, 3, 3))  # height, width, a slice for each map

plots.second_layer(three_maps_in, one_filter, bias=-2)

# %% [markdown]
# The second layer has 64 such filters of 64 slices each, so it makes 64 maps again.

# %% [markdown]
# Now account for the parameters. A convolution has one weight for each number of each kernel, a
# kernel is as deep as its input has channels, and each kernel adds one bias. A dense unit has one
# weight for each input, and a bias.

# %%
conv_1 = 64 * (3 * 3 * 1 + 1)
conv_2 = 64 * (3 * 3 * 64 + 1)
dense_1 = 128 * (flat + 1)
dense_2 = 10 * (128 + 1)
total = conv_1 + conv_2 + dense_1 + dense_2

print(f"conv 1   64 · (3·3·1 + 1)  = {conv_1:>7,}")
print(f"conv 2   64 · (3·3·64 + 1) = {conv_2:>7,}")
print(f"dense 1  128 · (1600 + 1)  = {dense_1:>7,}")
print(f"dense 2  10 · (128 + 1)    = {dense_2:>7,}")
print(f"total, by hand             = {total:>7,}")
print(f"total, Keras               = {model.count_params():>7,}")
assert total == model.count_params()

# %% [markdown]
# 640 + 36,928 + 204,928 + 1,290 = **243,786**, as Keras says. Pooling and `Flatten` add none. The
# first convolution does its work with only 640 weights and biases, because each kernel is used
# again at all 26 × 26 places; five sixths of the parameters sit in the first dense layer.

# %%
without_pooling = predict(
    "Without any pooling, Flatten would get 24 × 24 × 64 = 36,864 numbers instead of 1,600. "
    "How many times as many parameters would the whole network have?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with without_pooling.reveal():
    total_without_pooling = conv_1 + conv_2 + 128 * (24 * 24 * 64 + 1) + dense_2
    print(f"without pooling: {total_without_pooling:,} parameters")
    without_pooling.compare(total_without_pooling / total, unit="times as many")

# %% [markdown]
# ## 10. Dense against CNN
#
# Put the two side by side.

# %%
slower = predict(
    "How many times as long does an epoch of the CNN take as one of the dense network?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with slower.reveal():
    print(f"{'':6} {'parameters':>10} {'s per epoch':>12} {'test accuracy':>14}")
    for name, network, seconds, accuracy in [
        ("dense", dense_model, dense_seconds, dense_accuracy),
        ("CNN", model, cnn_seconds, cnn_accuracy),
    ]:
        print(f"{name:6} {network.count_params():>10,} {seconds:>12.1f} {100 * accuracy:>12.2f} %")
    slower.compare(cnn_seconds / dense_seconds, unit="times as long")

# %% [markdown]
# The CNN classifies more images correctly, and the table shows what that costs: more parameters,
# and many more multiplications per image, so each epoch took longer. Whether that is a good bargain
# depends on what the network is for. With other numbers of kernels, other layers or another
# machine the table looks different: change something and run it again.

# %% [markdown]
# How did they get there? Each point is the accuracy during one more pass over all training images.

# %%
plots.learning_curves(
    {"dense": dense_history, "CNN": cnn_history}, {"dense": dense_accuracy, "CNN": cnn_accuracy}
)

# %% [markdown]
# The line is the accuracy on the images that the network is trained on. Where it keeps rising
# while the accuracy on other images stays or falls, the network learns its training images by
# heart: this is **overfitting**. In five epochs you see little of it; `further` trains for twenty,
# and draws the curve of images that were set aside.

# %% [markdown]
# Accuracy is one number; it does not say *what* a network gets wrong.

# %%
hard_class = predict(
    "Which class do both networks find hardest?",
    None,  # ← a class, in the box below or here in quotes
    choices=dict.fromkeys(CLASS_NAMES, ""),
)

# %% reveal=true
with hard_class.reveal():
    predictions = {
        "dense": dense_model.predict(test_scaled, verbose=0).argmax(axis=1),
        "CNN": model.predict(test_tensor, verbose=0).argmax(axis=1),
    }
    correct = sum((chosen == test_labels).astype(int) for chosen in predictions.values())
    per_class = [correct[test_labels == label].mean() for label in range(len(CLASS_NAMES))]
    hard_class.compare(CLASS_NAMES[int(np.argmin(per_class))])
    plots.confusion_matrices(test_labels, predictions, CLASS_NAMES).show()
    hard_class.explain(
        """
        Read a row: of 100 images of that class, how many were mistaken for each other class? The
        large numbers off the diagonal are garments that look alike at 28 × 28 pixels.
        """
    )

# %%
plots.right_and_wrong(test_images, test_labels, predictions, CLASS_NAMES)

# %% [markdown]
# Some images are classified correctly by the dense network alone: the CNN is better on average, not
# on every image.

# %% [markdown]
# ## 11. Look inside the network
#
# What became of the 64 random kernels of the first convolution?

# %%
plots.first_kernels(first_kernels_before, model.layers[0].get_weights()[0])

# %% [markdown]
# Training changed numbers, and edges came out: many kernels have a light and a dark side, like the
# one that you applied by hand in section 3. Nobody told the network to look for edges.

# %% [markdown]
# Follow three images through the layers: two garments of one class, and one of another.

# %%
alike = predict(
    "After the last pooling, the feature maps of another T-shirt and of an ankle boot are compared "
    "with those of a T-shirt. Which are more similar to them?",
    None,  # ← "A" or "B", in the box below or here
    choices={"A": "the other T-shirt", "B": "the ankle boot"},
)

# %% reveal=true
with alike.reveal():
    three = np.stack([*garments["T-shirt/top"][:2], garments["Ankle boot"][0]])
    three = three[..., np.newaxis] / 255.0
    _, other_shirt, ankle_boot = plots.likeness(model, three)

    alike.compare("A" if other_shirt > ankle_boot else "B")
    names = ["T-shirt/top", "another T-shirt/top", "Ankle boot"]
    plots.layer_maps(model, three, names).show()

# %% [markdown]
# After the first convolution you still recognize the garment. After the last pooling 5 × 5 numbers
# are left of each map: less of *where*, more of *what*. The dense layers base their decision on these.

# %%
field = predict(
    "One number after the second pooling depends on a square of the image. How many pixels wide?",
    None,  # ← a number, in the box below or here
)

# %% reveal=true
with field.reveal():
    width = plots.receptive_fields(model)[-1].extent
    field.compare(width, unit="pixels", note="It is called the receptive field.")
    plots.receptive_field(model, boot, "an ankle boot").show()

# %% [markdown]
# Each layer has a window of only 3 × 3 or 2 × 2, yet its results depend on more of the image than
# those of the layer before, because each number in its window was itself made from a whole window.

# %% [markdown]
# **Your own garment.** Draw one (`#` garment, `+` gray, `.` background), or give the name of a picture
# file beside this notebook: `own_garment("my-shirt.jpg")`. It is turned into an image like those the
# network was trained on; your picture does not leave your computer.

# %%
from course import own_garment

own = own_garment(
    [
        "...##..##...",
        ".##########.",
        "############",
        "##.######.##",
        "...######...",
        "...######...",
        "...######...",
        "...######...",
        "...######...",
    ]
)
own.show()
own.classify(model)

# %% [markdown]
# ## 12. Quiz
#
# Three questions, with a reply to each choice. Run the cell, click, and change your answers as
# often as you like: nothing is recorded. The graded quiz begins with the same three questions.

# %%
show_quiz("lesson")

# %% [markdown]
# ## What you have seen
#
# - About half of the raw pixels say nothing, and a dense layer does not know which are neighbors.
# - A **convolution** multiplies and adds under a sliding window; its kernel picks a feature, and
#   training finds the kernels.
# - **Pooling** keeps the strongest answer of each block: less data, the same features, no weights.
# - A larger **stride** changes which features a convolution extracts, but only how much
#   pooling downsamples.
# - `Conv2D` takes one 4D tensor: (images, height, width, channels).
# - 26×26×64 → 13×13×64 → 11×11×64 → 5×5×64 → 1600 → 128 → 10, with 243,786 parameters.
# - Trained kernels respond to edges; deeper layers see more of the image, and keep less of where
#   things are.
#
# **Common mistakes**
# - Forgetting the channel axis (`expected min_ndim=4, found ndim=3`).
# - Writing the number of images into the reshape; `len(images)` fits every set.
# - Scaling the training images but not the test images.
# - Looking for weights in a pooling layer, or forgetting the bias of a kernel.
# - Expecting 14 after the first pooling: the convolution before it has already removed two rows.
# - Judging a network by the accuracy on images it was trained on.
#
# **What comes next** Now do it yourself. Five exercises, best in this order: `reshape`,
# `convolution`, `pooling`, `cnn`, and last the graded `quiz`.
#
# **To see it again**
# - Both ideas: [convolutions and pooling](https://youtu.be/PCgLmzkRM38)
# - Convolution: [a good tutorial](https://youtu.be/7g8jpK4llkc)
# - Pooling: [tutorial 1](https://youtu.be/8oOgPUO-TBY), [tutorial
#   2](https://youtu.be/PjtqcNr4T-Q)
# - The difference: [large stride or
#   pooling?](https://www.quora.com/Whats-the-difference-between-convolution-filter-with-large-stride-and-max-pooling-layer-as-both-down-sample-the-input-layer-when-to-use-each)
