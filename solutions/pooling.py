# %% [markdown]
# # Exercise 3: Pooling, and a convolution with stride
#
# | | |
# |---|---|
# | **You will be able to** | pool a feature map, and tell pooling from a convolution with stride |
# | **You need** | the exercise `convolution` |
# | **Time** | about 15 minutes |
# | **Training costs** | nothing is trained here |
# | **Points** | 15 |
#
# Fill each gap, run its cell, then run the check below it. When you are done, restart the kernel
# and run all cells: that is what counts.

# %% locked="setup"
import numpy as np

from course import load_data, plots, predict

(train_images, train_labels), (test_images, test_labels) = load_data(limit=100)

# %% [markdown]
# ## Max pooling (9 points)
#
# Write `max_pool2d(feature_map, size=2)`: cut the map into blocks of `size` × `size` and keep the
# largest number of each block.
#
# *Why:* pooling halves the height and the width, so the next layer has a quarter of the work, and
# a feature that moves by a pixel often stays in the same block.
#
# *A right result* for a map (H, W) has shape (H // size, W // size). The blocks do not overlap. Rows
# and columns that do not fill a whole block are dropped, as Keras does. Numbers may be negative.
#
# *Part marks:* 6 of the 9 points are for blocks of 2 × 2, 3 for blocks of any other size.


# %% gap="max_pool2d"
def max_pool2d(feature_map, size=2):
    """Return the largest number of each size × size block, shape (H // size, W // size)."""
    ### BEGIN SOLUTION
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    blocks = feature_map[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks.max(axis=(1, 3))
    ### END SOLUTION


# %% test="max_pool2d" points=9
from course.checks import exercise

with exercise("max_pool2d") as check:
    check.examples(max_pool2d)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-pooling-max_pool2d
    import numpy as np

    from course.checks import mistakes

    def by_hand(values, size):
        """Pool with loops, block by block."""
        rows, columns = values.shape[0] // size, values.shape[1] // size
        return [
            [
                values[r * size : (r + 1) * size, c * size : (c + 1) * size].max()
                for c in range(columns)
            ]
            for r in range(rows)
        ]

    def pool(shape, size):
        """Check a map of this shape with values drawn at random."""
        values = check.rng.normal(size=shape)
        expected = np.array(by_hand(values, size))
        pooled = check.call(max_pool2d, values, size)
        shapes = mistakes.pooling_shapes(shape, size)
        pooled = check.array(pooled, expected.shape, wrong_shapes=shapes)
        check.close(pooled, expected, mistakes.pooling(values, size))

    for label, shape in [
        ("an even map", (6, 6)),
        ("a map with an odd height and width", (7, 7)),
        ("a map that is wider than high", (6, 9)),
        ("a map of a single row of blocks", (2, 10)),
    ]:
        with check.hidden(label, "examples-only" if shape[0] == shape[1] else "square-only"):
            pool(shape, 2)
    with check.hidden("a map in which every number is negative"):
        values = -1.0 - check.rng.random((5, 5))
        pooled = check.array(check.call(max_pool2d, values), (2, 2))
        check.close(pooled, by_hand(values, 2), mistakes.pooling(values, 2))
    with check.hidden("whole numbers"):
        values = check.rng.integers(-50, 50, (6, 6))
        pooled = check.array(check.call(max_pool2d, values), (3, 3))
        check.close(pooled, by_hand(values, 2), mistakes.pooling(values, 2))
    with check.part(1 / 3):
        for label, shape, size in [
            ("blocks of 3 × 3", (9, 6), 3),
            ("blocks of 3 × 3 with a remainder", (11, 7), 3),
            ("blocks of a single number", (3, 4), 1),
            ("one block as large as the map", (4, 4), 4),
        ]:
            with check.hidden(label):
                pool(shape, size)
        with check.hidden("the size given by its name"):
            values = check.rng.normal(size=(6, 6))
            pooled = check.array(check.call(max_pool2d, values, size=3), (2, 2))
            check.close(pooled, by_hand(values, 3))
    ### END HIDDEN TESTS

### BEGIN HIDDEN TESTS
check.mark(9, check.share)
### END HIDDEN TESTS

# %% [markdown]
# ## Convolution with stride (6 points)
#
# Write `strided_convolve2d(image, kernel, stride)`: the convolution of the exercise before, but at
# every `stride`-th position only, down and across.
#
# *Why:* this too makes the map smaller. But it is not the same as pooling: here the stride decides
# **which features are extracted**, because what lies between two positions is never looked at as
# such. Pooling looks at every feature first and then keeps the strongest.
#
# *A right result* for an image (H, W) and a kernel (kh, kw) has shape
# ((H − kh) // stride + 1, (W − kw) // stride + 1), and its top left number is the same as without
# stride.


# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    """Return the convolution (no flip, no padding) at every stride-th position."""
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows[::stride, ::stride], kernel)
    ### END SOLUTION


# %% test="strided_convolve2d" points=6
from course.checks import exercise

with exercise("strided_convolve2d") as check:
    check.examples(strided_convolve2d)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-pooling-strided_convolve2d
    from scipy.signal import correlate2d

    from course.checks import mistakes

    for label, image_shape, kernel_shape, stride in [
        ("stride 1, which is the plain convolution", (6, 7), (3, 3), 1),
        ("stride 2 on an image that is higher than wide", (11, 6), (3, 3), 2),
        ("stride 3 with a kernel that is not square", (10, 13), (2, 4), 3),
        ("a stride larger than the kernel", (12, 12), (2, 2), 5),
        ("a stride larger than the image", (4, 5), (2, 2), 9),
        ("a kernel as large as the image", (4, 6), (4, 6), 2),
    ]:
        with check.hidden(label):
            image = check.rng.normal(size=image_shape)
            kernel = check.rng.normal(size=kernel_shape)
            expected = correlate2d(image, kernel, mode="valid")[::stride, ::stride]
            result = check.call(strided_convolve2d, image, kernel, stride=stride)
            shapes = mistakes.convolution_shapes(image_shape, kernel_shape, stride)
            result = check.array(result, expected.shape, wrong_shapes=shapes)
            check.close(result, expected, mistakes.convolution(image, kernel, stride))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Compare the two
#
# Both halve the image, with the same kernel, here one for horizontal edges; then ReLU, as in a CNN,
# sets negative answers to 0. First **predict**: write what you expect in place of `None`. Nothing is
# marked here.

# %%
smaller = predict(
    "A convolution with stride 2 and stride 1 with pooling by 2 both make 13 × 13 numbers of a "
    "T-shirt. Where are the answers stronger, block by block?",
    None,  # ← "A", "B" or "C"
    choices={
        "A": "pooling is never weaker, and often stronger",
        "B": "the strided convolution is never weaker, and often stronger",
        "C": "sometimes the one, sometimes the other",
    },
)

# %%
kernel = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
shirt = train_images[train_labels == 0][0] / 255.0
edges = np.maximum(strided_convolve2d(shirt, kernel, 1), 0)

smaller.compare("A", note="It keeps the largest of four answers; the stride, the first of them.")
plots.maps(
    {
        "stride 1": edges,
        "then pooling": max_pool2d(edges),
        "stride 2 instead": np.maximum(strided_convolve2d(shirt, kernel, 2), 0),
    },
    alt="Horizontal edges of a T-shirt: in full size, after pooling, and with a stride of 2.",
    caption="The horizontal edges of a T-shirt, three times. After pooling every strong answer is "
    "still there; with a stride of 2 those between the steps are missing.",
)

# %% [markdown]
# **What you have seen.** Pooling keeps the strongest answer of each block and has nothing to learn.
# A convolution with stride computes fewer answers in the first place.
#
# **Common mistakes.** Averaging; keeping the remainder of an odd size; starting the search for the
# largest number at 0, so that negative numbers are lost.
#
# **Next:** the whole network (`cnn`). See it explained:
# [pooling, part 1](https://youtu.be/8oOgPUO-TBY), [pooling, part 2](https://youtu.be/PjtqcNr4T-Q),
# [a convolution with large stride against max pooling](https://www.quora.com/Whats-the-difference-between-convolution-filter-with-large-stride-and-max-pooling-layer-as-both-down-sample-the-input-layer-when-to-use-each).
