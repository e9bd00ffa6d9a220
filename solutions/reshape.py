# %% [markdown]
# # Exercise 1: Images that a CNN can read
#
# | | |
# |---|---|
# | **You will be able to** | scale the pixels of a batch of images, and give every image the channel axis that `Conv2D` wants |
# | **You need** | the lesson up to "7. Now with convolutions", and NumPy arrays |
# | **Time** | about 10 minutes |
# | **Training costs** | nothing is trained here |
# | **Points** | 10 |
#
# Fill each gap, run its cell, then run the check below it. A check says at once what is wrong
# and why. When you are done, restart the kernel and run all cells: that is what counts.

# %% locked="setup"
import numpy as np

from course import load_data

(train_images, train_labels), (test_images, test_labels) = load_data()

# %% [markdown]
# Look at what you have. Each image is a grid of whole numbers from 0 (black) to 255 (white).

# %%
print("shape:", train_images.shape)
print("type: ", train_images.dtype)
print("range:", train_images.min(), "to", train_images.max())

# %% [markdown]
# ## Scale the pixels (4 points)
#
# Write `scale_pixels(images)`: take images of shape (n, height, width), an array of type uint8, and
# return the same images as floating-point numbers, with 0 mapped to 0.0 and 255 to 1.0, and all
# other values in proportion.
#
# *Why:* the network multiplies pixels by small weights and adds them up. With inputs between 0
# and 1 the sums stay small, and training starts well.
#
# *A correct result* has the same shape as before, and 32 or 64 bits for each number, not rounded. The
# scale is the same for **every** batch, even if all its pixels are 0 or 1: a dark batch stays dark,
# so do not divide by the largest pixel that happens to be there. The array you were given stays as
# it was, and so do the results of earlier calls.


# %% gap="scale_pixels"
def scale_pixels(images):
    """Return the uint8 images as floating-point numbers in 0…1, in the same shape."""
    ### BEGIN SOLUTION
    return images / 255.0
    ### END SOLUTION


# %% test="scale_pixels" points=4
from course.checks import exercise

with exercise("scale_pixels") as check:
    check.examples(scale_pixels)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-reshape-scale_pixels
    import numpy as np

    from course.checks import mistakes

    shades = np.linspace(0.0, 1.0, 256)

    def alone(images):
        """Check one call, and that it left its argument as it was."""
        before, wrong = images.copy(), mistakes.scaling_again(images)
        scaled = check.call(scale_pixels, images)
        scaled = check.array(scaled, before.shape, floating=True, mistakes=wrong)
        check.close(scaled, shades[before], wrong, mistakes.EXACT)
        check.untouched(images, before)

    def drawn(low, high, shape):
        """Draw images whose pixels are low … high."""
        return check.rng.integers(low, high + 1, shape, dtype="uint8")

    for label, images in [
        ("every value from 0 to 255", np.arange(256, dtype="uint8").reshape(1, 16, 16)),
        ("a batch of which all pixels are 0 or 1", drawn(0, 1, (2, 5, 6))),
        ("a dark batch, in which no pixel is 255, stays dark", drawn(0, 59, (3, 5, 4))),
        ("a single image that is neither square nor black", drawn(90, 255, (1, 7, 3))),
        ("a batch of black images", drawn(0, 0, (2, 4, 4))),
        ("a batch of which every pixel is 1", drawn(1, 1, (2, 3, 5))),
        ("a batch of white images", drawn(255, 255, (3, 2, 4))),
        ("one pixel", drawn(2, 254, (1, 1, 1))),
        ("hundreds of images", drawn(0, 255, (300, 28, 28))),
    ]:
        with check.hidden(label):
            alone(images)
    with check.hidden("many batches, one after the other"):
        batches = [drawn(0, 255, shape) for shape in [(2, 6, 5)] * 6 + [(9, 28, 28)] * 3]
        batches.append(batches[-1][:, ::-1].copy())
        for largest in [(4, 9, 9)] * 300 + [(5, 60, 60)] * 40:
            low, high = sorted(check.rng.integers(0, 256, 2))
            batches.append(drawn(low, high, check.rng.integers(1, largest)))
        check.in_turn(
            scale_pixels,
            batches,
            lambda images: shades[images],
            mistakes.scaling_again,
            floating=True,
            tolerance=mistakes.EXACT,
        )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Add the channel axis (6 points)
#
# Write `add_channel_axis(images)`: take images of shape (n, height, width) and return them in shape
# (n, height, width, 1), every value in its place.
#
# *Why:* a color image has three numbers at each place, a gray one has one. `Conv2D` always wants
# to be told how many, as the last axis: (images, height, width, channels). Without it, training
# stops with an error about the shape.
#
# *A correct result* works for any number of images of any size, square or not: take the numbers from
# `images.shape`. The pixels may be whole numbers or fractions, of any type that NumPy has for them.
# Nothing is moved or changed: pixel (row, column) of image *i* is at `[i, row, column, 0]`. The
# array you were given keeps its values and its shape; the result may be a view of it or a copy.


# %% gap="add_channel_axis"
def add_channel_axis(images):
    """Return images of shape (n, height, width) in shape (n, height, width, 1)."""
    ### BEGIN SOLUTION
    return images.reshape(*images.shape, 1)
    ### END SOLUTION


# %% test="add_channel_axis" points=6
from course.checks import exercise

with exercise("add_channel_axis") as check:
    check.examples(add_channel_axis)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-reshape-add_channel_axis
    import numpy as np

    from course.checks import mistakes

    def alone(images):
        """Check one call, and that it left its argument as it was."""
        before, wrong = images.copy(), mistakes.channel_axis(images)
        shapes = mistakes.image_shapes(before.shape)
        result = check.call(add_channel_axis, images)
        shape = (*before.shape, 1)
        result = check.array(result, shape, wrong_shapes=shapes, mistakes=wrong)
        check.close(result, np.expand_dims(before, 3), wrong, mistakes.EXACT)
        check.untouched(images, before)

    def drawn(*shape):
        """Draw images with pixels 0 … 255."""
        return check.rng.integers(0, 256, shape, dtype="uint8")

    for label, images in [
        ("another number of images, 28 × 28", drawn(7, 28, 28)),
        ("a single image, higher than wide", drawn(1, 9, 5)),
        ("as many images as rows", drawn(5, 5, 8)),
        ("as many images as columns", drawn(5, 8, 5)),
        ("as many images as rows and columns", drawn(6, 6, 6)),
        ("images of a single row", drawn(4, 1, 9)),
        ("images of a single column", drawn(4, 9, 1)),
        ("one pixel", drawn(1, 1, 1)),
        ("images that are scaled already", check.rng.random((4, 6, 7))),
        ("32-bit numbers below and above 0", check.rng.normal(size=(3, 8, 6)).astype("float32")),
        ("numbers far above 255", check.rng.integers(0, 10**6, (3, 4, 5))),
        ("hundreds of images", drawn(300, 28, 28)),
    ]:
        with check.hidden(label):
            alone(images)
    with check.hidden("many batches, one after the other"):
        batches = [drawn(*shape) for shape in [(2, 6, 5)] * 6 + [(9, 28, 28)] * 3]
        batches.append(batches[-1][:, ::-1].copy())
        for largest in [(4, 9, 9)] * 300 + [(5, 60, 60)] * 40:
            batches.append(drawn(*check.rng.integers(1, largest)))
        check.in_turn(
            add_channel_axis,
            batches,
            lambda images: np.expand_dims(images, 3),
            mistakes.channel_axis,
            tolerance=mistakes.EXACT,
        )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Put both together
#
# Prepare the training images as the CNN will get them. First **predict**: type what you expect into
# the box. Nothing is marked here.

# %%
from course import predict

ready_shape = predict(
    f"The training images have shape {train_images.shape}. What will it be when they are ready?",
    None,  # ← a shape, in the box below or here
    like=(10, 20),
)

# %% reveal=true
with ready_shape.reveal():
    ready = add_channel_axis(scale_pixels(train_images))
    print("shape:", ready.shape, " range:", ready.min(), "to", ready.max())
    ready_shape.compare(np.shape(ready))

# %% [markdown]
# **What you have seen.** The network's input is one 4D array: images, height, width, channels.
# Scaling changes values and no shape; adding the axis changes the shape and no value.
#
# **Common mistakes.** Writing 60000 into the code, so that it breaks on the test images; putting
# the new axis in front; scaling in place, so that a second run of the cell scales again.
#
# **Next:** what a convolution computes (`convolution`).
# See it explained: [convolutions and pooling](https://youtu.be/PCgLmzkRM38).
