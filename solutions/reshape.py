# %% [markdown]
# # Exercise 1: Images that a CNN can read
#
# | | |
# |---|---|
# | **You will be able to** | scale the pixels of a batch of images, and give every image the channel axis that `Conv2D` wants |
# | **You need** | the lesson up to "The CNN", and NumPy arrays |
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
# Write `scale_pixels(images)`: return the same images as floating-point numbers, with 0 mapped to
# 0.0 and 255 to 1.0, and all other values in proportion.
#
# *Why:* the network multiplies pixels by small weights and adds them up. With inputs between 0
# and 1 the sums stay small, and training starts well.
#
# *A right result* has the same shape as before. The scale is the same for **every** batch: a dark
# batch stays dark, so do not divide by the largest pixel that happens to be there. The array you
# were given stays as it was.


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

    with check.hidden("a dark batch, in which no pixel is 255, stays dark"):
        dark = check.rng.integers(0, 60, (3, 5, 4), dtype="uint8")
        kept = dark.copy()
        scaled = check.array(check.call(scale_pixels, dark), dark.shape, floating=True)
        check.close(scaled, kept / 255.0, mistakes.scaling(kept))
        check.untouched(dark, kept)
    with check.hidden("a single image that is neither square nor black at its darkest"):
        light = check.rng.integers(90, 256, (1, 7, 3), dtype="uint8")
        scaled = check.array(check.call(scale_pixels, light), light.shape, floating=True)
        check.close(scaled, light / 255.0, mistakes.scaling(light))
    with check.hidden("a batch of black images"):
        black = np.zeros((2, 4, 4), dtype="uint8")
        scaled = check.array(check.call(scale_pixels, black), black.shape, floating=True)
        check.close(scaled, black)
    with check.hidden("every value from 0 to 255"):
        ramp = np.arange(256, dtype="uint8").reshape(1, 16, 16)
        scaled = check.array(check.call(scale_pixels, ramp), ramp.shape, floating=True)
        check.close(scaled, np.linspace(0.0, 1.0, 256).reshape(1, 16, 16))
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
# *A right result* works for any number of images of any size: take the numbers from
# `images.shape`. Nothing is moved: pixel (row, column) of image *i* is at `[i, row, column, 0]`.


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

    with check.hidden("another number of images, 28 × 28"):
        images = check.rng.integers(0, 256, (7, 28, 28), dtype="uint8")
        shapes, wrong = mistakes.image_shapes((7, 28, 28)), mistakes.channel_axis(images)
        result = check.call(add_channel_axis, images)
        result = check.array(result, (7, 28, 28, 1), wrong_shapes=shapes, mistakes=wrong)
        check.close(result, images[..., np.newaxis], wrong)
    with check.hidden("a single image, higher than wide"):
        images = check.rng.integers(0, 256, (1, 9, 5), dtype="uint8")
        result = check.array(check.call(add_channel_axis, images), (1, 9, 5, 1))
        check.close(result, images[..., np.newaxis])
    with check.hidden("images that are scaled already"):
        images = check.rng.random((4, 6, 6))
        result = check.array(check.call(add_channel_axis, images), (4, 6, 6, 1))
        check.close(result, images[..., np.newaxis], mistakes.channel_axis(images))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Put both together
#
# Prepare the training images as the CNN will get them. First **predict**: write what you expect in
# place of `None`. Nothing is marked here.

# %%
from course import predict

ready_shape = predict(
    f"The training images have shape {train_images.shape}. What will it be when they are ready?",
    None,  # ← a shape such as (10, 20)
)

# %%
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
