# %% [markdown]
# # Convolutions and pooling: a better look at the same images
#
# **After this lesson you can**
# - say why 784 raw pixels are a wasteful description of a small image;
# - compute a convolution and a max pooling by hand, and say what each one is for;
# - explain what a larger *stride* changes in a convolution, and what it changes in pooling;
# - turn a dense network into a convolutional neural network (CNN), reshape included;
# - read `model.summary()` line by line and account for each of its parameters.
#
# **You need** Python, a little NumPy (indexing, shapes), and the idea that a network learns
# numbers called *weights* from examples. No graphics card.
#
# **Minutes** About 40 to read, predict and run. The two trainings add 2 to 4 on a laptop CPU, and
# you can read on while they run.
#
# Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Where the text asks
# you to predict, say your answer aloud or write it down *before* you run the cell: a wrong
# prediction is the part you will remember.

# %% [markdown]
# ## 1. Set up
#
# Run this cell to load TensorFlow. It takes a few seconds.

# %%
import os

# TensorFlow reports on graphics cards and CPU features in red, as if something had gone wrong.
# Level 3 asks it for errors only, and has to be set before the import.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

# The import itself writes a few lines before it has read that level, so file descriptor 2,
# where they go, points nowhere for as long as it takes.
red_output = os.dup(2)
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)
try:
    import tensorflow as tf

    tf.keras.utils.set_random_seed(42)  # The same start in every run, for a fair comparison.
finally:
    os.dup2(red_output, 2)
    os.close(red_output)
    os.close(nowhere)

print("TensorFlow", tf.__version__)

# %% [markdown]
# Now load the images: Fashion-MNIST, small gray pictures of ten kinds of garments.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course import CLASS_NAMES, fit, load_data, show_quiz

EPOCHS = 5  # How often each network sees all training images.
QUICK = False  # True: train on a tenth of them. Faster, and less accurate; the training says so.

(train_images, train_labels), (test_images, test_labels) = load_data()

print("training images:", train_images.shape, train_images.dtype)
print("test images:    ", test_images.shape, test_images.dtype)
print("classes:        ", ", ".join(CLASS_NAMES))

# %% [markdown]
# Each image has 28 rows of 28 pixels. A pixel is one number from 0 (black) to 255 (white); the
# label beside each image is the position of its class in that list.

# %% [markdown]
# ## 2. Why 784 raw pixels waste space
#
# 28 × 28 = 784 numbers describe one garment. **Predict:** how many of them say nothing at all,
# because they are exactly 0? Then count.

# %%
share_of_zeros = np.mean(train_images == 0)
print(f"pixels per image:     {train_images[0].size}")
print(f"pixels that are zero: {100 * share_of_zeros:.1f} % of all training pixels")

# %% [markdown]
# On the real images about half of all pixels are empty. Look at where they are, on the first
# pair of trousers in the training set.

# %%
trousers = train_images[train_labels == CLASS_NAMES.index("Trouser")][0]

figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
left.imshow(trousers, cmap="gray", vmin=0, vmax=255)
left.set_title("one garment, 784 pixels")
right.imshow(trousers == 0, cmap="cividis", vmin=0, vmax=1)
right.set_title(f"yellow: the {np.sum(trousers == 0)} zero pixels")
for axis in (left, right):
    axis.axis("off")
plt.show()

# %% [markdown]
# *The figure in words: on the left a pair of trousers on a black ground; on the right the same
# picture in two colors, with each zero pixel in the brighter one: nearly all of the ground.*
#
# Most of the free space lies around the garment. It carries no image information, yet a network
# that is fed raw pixels has to spend weights on each of those places.

# %% [markdown]
# There is a second waste. A dense layer gives each pixel a weight of its own and adds up; which
# pixels are *neighbors* plays no part in that. **Predict:** shuffle the 784 pixels and their
# weights in the same way. Does the layer's answer change?

# %%
rng = np.random.default_rng(0)
shuffle = rng.permutation(trousers.size)
pixels = trousers.flatten() / 255.0
weights = rng.normal(size=pixels.size)  # One unit of a dense layer.

print(f"pixels in place:  {pixels @ weights:.6f}")
print(f"pixels shuffled:  {pixels[shuffle] @ weights[shuffle]:.6f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
left.imshow(pixels.reshape(trousers.shape), cmap="gray")
left.set_title("in place: you see trousers")
right.imshow(pixels[shuffle].reshape(trousers.shape), cmap="gray")
right.set_title("shuffled: you see noise")
for axis in (left, right):
    axis.axis("off")
plt.show()

# %% [markdown]
# *The figure in words: on the left the trousers; on the right the same pixels in random order,
# where no garment can be seen.*
#
# The two answers are equal. For a dense layer both pictures are equally easy, because it never
# knew that edges, corners and legs are made of pixels *side by side*. Two ideas put
# this right: **convolutions**, which look at small neighborhoods, and **pooling**, which throws
# away what is not needed.

# %% [markdown]
# ## 3. Convolution: one small window, many places
#
# A convolution narrows the content of an image down to specific, distinct details. It slides a
# small window, often 3 × 3, over the image. The **kernel** (or *filter*) is a grid of
# numbers of the same size. At each place: **multiply** each pixel in the window by the kernel's
# number at the same position, and **add** everything up. That one sum is the answer for that place.
#
# If you like to see it move first: [convolutions and pooling](https://youtu.be/PCgLmzkRM38), and
# [a good tutorial to understand convolution](https://youtu.be/7g8jpK4llkc).

# %% [markdown]
# Compute one answer on given numbers. The little image below is dark on the left and bright on
# the right. **Predict** the sum before you run the cell.

# %%
numbers = np.array(
    [
        [0, 0, 9, 9, 9],
        [0, 0, 9, 9, 9],
        [0, 0, 9, 9, 9],
        [0, 0, 9, 9, 9],
        [0, 0, 9, 9, 9],
    ]
)
kernel = np.array(
    [
        [-1, 0, 1],
        [-1, 0, 1],
        [-1, 0, 1],
    ]
)

window = numbers[0:3, 0:3]
print("the window in the upper left corner:\n", window)
print("multiplied by the kernel:\n", window * kernel)
print("added up:", np.sum(window * kernel))

# %% [markdown]
# The right column of the window counts as plus, the left one as minus, the middle not at all. So
# the kernel asks one question: *is it brighter on the right than on the left?* Here it is,
# by 3 × 9 = 27.

# %% [markdown]
# Now slide the window over the whole image. **Predict** the size of the result: in how many
# places does a window 3 wide fit into a row of 5?

# %%
windows = np.lib.stride_tricks.sliding_window_view(numbers, (3, 3))
answers = np.sum(windows * kernel, axis=(2, 3))

print("windows:", windows.shape, "= rows of places, columns of places, window")
print(answers)

# %% [markdown]
# It fits in 5 − 3 + 1 = 3 places, so 5 × 5 numbers become 3 × 3 answers: a **feature map**. It
# says 27 wherever the window covers the change from dark to bright, and 0 where all is flat.
#
# Keras calls this `padding="valid"`: the window never hangs over the border. With `padding="same"`
# zeros are added around the image, so that at stride 1 the feature map is as large as the image.
# The step from one place to the next is the **stride**, here 1.

# %% [markdown]
# A word on the name. In mathematics a convolution turns the kernel by 180 degrees first; without
# that turn the sum is, strictly speaking, a **cross-correlation**. Check which of the two
# TensorFlow computes.

# %%
tensorflow_answers = tf.nn.conv2d(
    numbers[np.newaxis, :, :, np.newaxis].astype("float32"),
    kernel[:, :, np.newaxis, np.newaxis].astype("float32"),
    strides=1,
    padding="VALID",
)
flipped_kernel = kernel[::-1, ::-1]

print("TensorFlow:\n", tensorflow_answers[0, :, :, 0].numpy().astype(int))
print("ours, no flip:\n", answers)
print("ours, kernel flipped:\n", np.sum(windows * flipped_kernel, axis=(2, 3)))

# %% [markdown]
# No flip: what deep learning calls a convolution is a cross-correlation. The kernel is learned,
# so nothing is lost; a flipped one would simply be learned flipped.

# %% [markdown]
# Use the same kernel on a real garment. **Predict** where the answers will be far from 0.

# %%
trouser_windows = np.lib.stride_tricks.sliding_window_view(trousers / 255.0, (3, 3))
edges = np.sum(trouser_windows * kernel, axis=(2, 3))

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.4), layout="constrained")
left.imshow(trousers, cmap="gray", vmin=0, vmax=255)
left.set_title(f"image {trousers.shape[0]}×{trousers.shape[1]}")
middle.imshow(kernel, cmap="PuOr", vmin=-3, vmax=3)
middle.set_title("kernel 3×3")
for (row, column), value in np.ndenumerate(kernel):
    middle.text(column, row, f"{value:+d}" if value else "0", ha="center", va="center")
shown = right.imshow(edges, cmap="PuOr", vmin=-3, vmax=3)
right.set_title(f"feature map {edges.shape[0]}×{edges.shape[1]}")
figure.colorbar(shown, ax=right, label="darker on the right  –  brighter on the right")
for axis in (left, middle, right):
    axis.axis("off")
plt.show()

# %% [markdown]
# *The figure in words: the trousers, the kernel with its nine numbers, and the feature map. In
# the map the left edge of each leg is a strong upright line of one sign, the right edge one of
# the other sign; the black ground and the flat cloth stay near 0.*
#
# The map no longer shows trousers; it shows **vertical edges**, and where they are. A waistband or
# a hem, which are horizontal edges, leave almost no trace. Of all that is in the image, nine
# numbers picked one feature.
#
# Nobody writes such kernels for a CNN. A `Conv2D(64, (3, 3))` layer starts with 64 random kernels,
# and training changes them until their 64 feature maps help to tell the classes apart.

# %% [markdown]
# ## 4. Pooling: keep the strongest, drop the rest
#
# Pooling is an important way to reduce the amount of information that a model has to process. Max
# pooling cuts the feature map into blocks, usually 2 × 2, and keeps the largest number of each.
# Two tutorials on it: [tutorial 1](https://youtu.be/8oOgPUO-TBY) and
# [tutorial 2](https://youtu.be/PjtqcNr4T-Q).
#
# Pool these 4 × 4 numbers to 2 × 2. **Predict** the four that stay.

# %%
feature_map = np.array(
    [
        [1, 3, 2, 0],
        [4, 6, 1, 2],
        [0, 2, 9, 7],
        [1, 0, 8, 5],
    ]
)

print("upper left: ", feature_map[0:2, 0:2].max(), "  upper right:", feature_map[0:2, 2:4].max())
print("lower left: ", feature_map[2:4, 0:2].max(), "  lower right:", feature_map[2:4, 2:4].max())

# %% [markdown]
# Sixteen numbers became four: 6 and 2 above, 2 and 9 below. Each still says *how strongly was this
# feature seen around here?*; only its exact place, give or take a pixel, was given up. Pooling
# has no weights: nothing in it is learned.

# %% [markdown]
# Now let Keras pool the edges of the trousers. **Predict** the size of the result: the map
# has 26 rows and 26 columns.

# %%
max_pool = tf.keras.layers.MaxPooling2D(2, 2)  # Blocks of 2×2, and a stride of 2.
pooled_edges = max_pool(edges[np.newaxis, :, :, np.newaxis])[0, :, :, 0].numpy()

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for axis, pixels_shown, name in [(left, edges, "before"), (right, pooled_edges, "after pooling")]:
    shown = axis.imshow(pixels_shown, cmap="PuOr", vmin=-3, vmax=3)
    axis.set_title(f"{name}: {pixels_shown.shape[0]}×{pixels_shown.shape[1]}")
    axis.axis("off")
figure.colorbar(shown, ax=[left, right], label="darker on the right  –  brighter on the right")
plt.show()

# %% [markdown]
# *The figure in words: the feature map before and after pooling, at the same size on the
# page. The pooled map is coarser, and the strong positive lines are still there.*
#
# A quarter of the numbers, and the left edges of the legs are as strong as before. The negative
# answers, the right edges, grew thin or vanished, because the *largest* number of a block wins. That
# is no loss in a CNN: its activation, *relu*, turns negative answers into 0 before the pooling
# anyway, and another kernel, with the signs swapped, finds those edges.

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
# it get brighter here?* The second row is the first, moved right by one pixel. **Predict** what a
# stride of 2 makes of each.

# %%
brighter = np.array([-1, 1])
rows = {
    "edge": np.array([0, 0, 0, 1, 1, 1, 1]),
    "edge, moved by one": np.array([0, 0, 0, 0, 1, 1, 1]),
}

for name, row in rows.items():
    every_answer = np.correlate(row, brighter, mode="valid")
    print(f"{name}: {row}")
    print("  convolution, stride 1:      ", every_answer)
    print("  convolution, stride 2:      ", every_answer[::2])
    print("  stride 1, then pooling by 2:", every_answer.reshape(-1, 2).max(axis=1))

# %% [markdown]
# With stride 2 the convolution looks at every second place only. It found the first edge and
# **missed the second one altogether**: a large stride changes what kinds of features are
# extracted. Pooling comes after every place has been looked at, so both edges survive; a larger
# stride there only means that fewer numbers are kept.

# %% [markdown]
# See the same on the garment: go both ways from 28 × 28 down to 13 × 13, with relu as in a CNN.
# **Predict** which of the two maps shows the edges more strongly.

# %%
positive_edges = np.maximum(edges, 0)  # relu: negative answers become 0.
strided_edges = positive_edges[::2, ::2]  # What a convolution with stride 2 computes.
pooled_edges = max_pool(positive_edges[np.newaxis, :, :, np.newaxis])[0, :, :, 0].numpy()

figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.4), layout="constrained")
maps = [
    (strided_edges, "convolution, stride 2"),
    (pooled_edges, "stride 1, then pooling by 2"),
    (pooled_edges - strided_edges, "second minus first"),
]
for axis, (values, name) in zip(axes, maps, strict=True):
    shown = axis.imshow(values, cmap="viridis", vmin=0, vmax=3)
    axis.set_title(f"{name}: {values.shape[0]}×{values.shape[1]}", fontsize=10)
    axis.axis("off")
figure.colorbar(shown, ax=axes, label="how strongly an edge was seen")
plt.show()

clear = pooled_edges > 1
missed = np.mean(strided_edges[clear] < pooled_edges[clear])
print(f"blocks with a clear edge: {np.sum(clear)}")
print(f"of these, stride 2 skipped the strongest answer in {missed:.0%}")

# %% [markdown]
# *The figure in words: two maps of equal size and their difference. The difference is nowhere
# below 0, and it is largest along the left edges of the legs.*
#
# Equal sizes, different content. A strided convolution is cheaper, since it computes a quarter of
# the answers; it can work well, but then the kernels must be learned for that stride. More
# opinions on when to use which: [a useful
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
# Train the dense network: the image is flattened into 784 numbers, 128 units look at all of them,
# and 10 outputs give a probability for each class.
#
# `fit` calls Keras's own `dense_model.fit` and adds three things. It says first how long the
# training will take. The stop button (■, in the toolbar) ends it early, and the network keeps what
# it has learned. And the result is kept on your disk: after a restart it is there at once.

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

# %%
dense_loss, dense_accuracy = dense_model.evaluate(test_scaled, test_labels, verbose=0)
print("Test loss: ", dense_loss)
print("Test accuracy: ", dense_accuracy * 100, "%")

# %% [markdown]
# When this lesson's code was first run it printed a test loss of 0.336 and a test accuracy of
# 87.79 %. Yours will differ a little: the weights start from random numbers, and
# processors round differently. This is the figure to beat.

# %% [markdown]
# ## 7. Now with convolutions
#
# A convolution wants to know where a pixel is, so the images keep their rows and columns. They
# get one more axis at the end, for the channels: a gray image has one, a color image three
# (red, green, blue). Add it.

# %%
train_tensor = train_scaled.reshape(len(train_scaled), 28, 28, 1)
test_tensor = test_scaled.reshape(len(test_scaled), 28, 28, 1)

print("before:", train_scaled.shape)
print("after: ", train_tensor.shape)

# %% [markdown]
# No pixel moved; only the shape is new. The number of images is taken from the array, so the same
# line serves the training set, the test set and any part of them.

# %% [markdown]
# Build the CNN. **Predict** while you read: what is the size of the image after each layer?
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
model.summary()

# %% [markdown]
# Keep that table in sight: section 9 reads it line by line.

# %% [markdown]
# Train the CNN, for as many epochs as the dense network. This is the longest cell of
# the lesson; read on in section 8 while it runs.

# %%
# In plain Keras: model.fit(train_tensor, train_labels, epochs=EPOCHS)
cnn_history = fit(model, train_tensor, train_labels, epochs=EPOCHS, quick=QUICK, keep="lesson-cnn")
cnn_seconds = np.mean(cnn_history.seconds)

# %%
cnn_loss, cnn_accuracy = model.evaluate(test_tensor, test_labels, verbose=0)
print("Test loss: ", cnn_loss)
print("Test accuracy: ", cnn_accuracy * 100, "%")

# %% [markdown]
# On the real images the CNN gets about 91 of 100 right, the dense network 87 or 88.

# %% [markdown]
# ## 8. What changed?
#
# **Can you find the difference between this code and the previous code?** Scroll up, compare
# sections 6 and 7, and write down what you find. Then run the next cell.

# %%
for name, network in [("dense", dense_model), ("CNN", model)]:
    print(f"{name + ':':7}", " → ".join(type(layer).__name__ for layer in network.layers))
print("dense was given", train_scaled.shape)
print("CNN was given  ", train_tensor.shape)

# %% [markdown]
# Two things changed:
#
# 1. **Four layers were added in front**: convolution 1, pooling 1, convolution 2, pooling 2. What
#    follows them, from `Flatten` on, is the dense network from before.
# 2. **The images were reshaped** from (images, 28, 28) to (images, 28, 28, 1).
#
# Why the second? The first convolution expects a single tensor that contains everything. So
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
# Compute the size after each layer with two rules: a 3 × 3 convolution takes away 2 rows and 2
# columns (the window must fit), and 2 × 2 pooling halves, dropping what is left over.

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
# So the way through the network is
#
# 28×28×1 → **26×26×64 → 13×13×64 → 11×11×64 → 5×5×64 → 1600 → 128 → 10**
#
# - **26×26×64**: 64 kernels, so 64 feature maps, each of 28 − 3 + 1 = 26 rows and columns.
# - **13×13×64**: each map is halved by pooling; their number stays.
# - **11×11×64**: 13 − 3 + 1 = 11. Each of the 64 new kernels looks at all 64 maps at once.
# - **5×5×64**: half of 11 is 5.5; the last row and column have no partner and are dropped.
# - **1600**: 5 · 5 · 64 numbers in a row, which is all that `Flatten` does.
# - **128** units, and **10** probabilities, as in the dense network.
#
# `None` in Keras's table is the place of the number of images, which is left open.

# %% [markdown]
# Now account for the parameters. A convolution has one weight for each number of each kernel, a
# kernel is as deep as its input has channels, and each kernel adds one bias. A dense unit has one
# weight for each input, and a bias. **Predict** which line has the most.

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
# again at all 26 × 26 places; five sixths of the parameters sit in the first dense layer. Without
# pooling there would be far more: try to compute how many.

# %% [markdown]
# ## 10. Dense against CNN
#
# Put the two side by side. **Predict** the two columns that you have not seen yet.

# %%
print(f"{'':6} {'parameters':>10} {'s per epoch':>12} {'test accuracy':>14}")
for name, network, seconds, accuracy in [
    ("dense", dense_model, dense_seconds, dense_accuracy),
    ("CNN", model, cnn_seconds, cnn_accuracy),
]:
    print(f"{name:6} {network.count_params():>10,} {seconds:>12.1f} {100 * accuracy:>12.2f} %")

# %% [markdown]
# The CNN gives more right answers, and here you can read what they cost: more parameters, and
# many more multiplications per image, so each epoch took longer. Whether that is a good bargain
# depends on what the network is for. With other numbers of kernels, other layers or another
# machine the table looks different: change something and run it again.

# %% [markdown]
# ## 11. Quiz
#
# Three questions, with an answer to each choice. Run the cell, click, and correct yourself as
# often as you like: nothing is recorded.

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
#
# **Common mistakes**
# - Forgetting the channel axis (`expected min_ndim=4, found ndim=3`).
# - Writing the number of images into the reshape; `len(images)` fits every set.
# - Scaling the training images but not the test images.
# - Looking for weights in a pooling layer, or forgetting the bias of a kernel.
# - Expecting 14 after the first pooling: the convolution before it has already taken two rows.
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
