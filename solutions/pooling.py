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
# *You get* an array of any size, square or not, with at least `size` rows and columns. Its numbers may
# be floating-point numbers or integers, negative or large. Leave the array as it is.
#
# *A correct result* for a map (H, W) has shape (H // size, W // size), as an array, a list of rows or a
# tensor. The blocks do not overlap. Rows and columns that do not fill a whole block are dropped, as
# Keras does. Results of earlier calls stay as they were.
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
    def hidden_checks_of_max_pool2d():
        """Run them where their names replace none of the notebook's."""
        import numpy as np

        from course.checks import map_mistakes
        from course.checks.examples import pooled

        def drawn(shape, scale=1.0):
            """Draw numbers around 0, about as large as `scale`."""
            return scale * check.rng.normal(size=shape)

        def by_hand(values, size=2):
            """Pool with loops, block by block."""
            rows, columns = values.shape[0] // size, values.shape[1] // size
            starts = [[(r * size, c * size) for c in range(columns)] for r in range(rows)]
            return np.array(
                [[values[r : r + size, c : c + size].max() for r, c in row] for row in starts]
            )

        def pool(*arguments):
            """Check one call, and that it left the map as it was."""
            pooled(check, max_pool2d, arguments, by_hand(*arguments))

        def pool_in_turn(sizes):
            """Check many maps, with the usual blocks or of these sizes, and compare them later."""
            first = drawn((9, 16))
            cases = [(first, *sizes[-1:]), (first[::-1].copy(), *sizes[-1:]), (-first, *sizes[-1:])]
            for size in check.rng.choice(sizes or [2], 40):
                values = drawn(size + check.rng.integers(0, 25, 2))
                cases.append((values, int(size)) if sizes else (values,))
            check.in_turn(max_pool2d, cases, by_hand, map_mistakes.pooling)

        side = int(check.rng.integers(90, 110))
        for label, values in [
            ("an even map", drawn((6, 6))),
            ("a large map", drawn((side, side))),
            ("a map of one block", drawn((2, 2))),
            ("numbers far above and below 0", drawn((40, 40), 1e12)),
            ("a map in which every number is negative", -1.0 - check.rng.random((6, 6))),
            ("numbers near 0", drawn((20, 20), 0.001)),
            ("32-bit floating-point numbers", drawn((8, 8)).astype("float32")),
            ("integers", check.rng.integers(-50, 50, (10, 10))),
        ]:
            with check.hidden(label):
                pool(values)
        with check.hidden("a map with an odd height and width", "even-sizes-only"):
            pool(drawn((7, 7)))
        for label, shape in [
            ("a map that is wider than high", (6, 9)),
            ("a map that is higher than wide", (9, 4)),
            ("a map of a single row of blocks", (2, 10)),
            ("a large map that is not square", (61, side)),
        ]:
            with check.hidden(label, "square-only"):
                pool(drawn(shape))
        with check.hidden("many maps, one after the other"):
            pool_in_turn([])
        with check.part(1 / 3):
            for label, shape, size in [
                ("blocks of 3 × 3", (9, 9), 3),
                ("blocks of 3 × 3 on a map that is not square", (9, 6), 3),
                ("blocks of 3 × 3 with a remainder", (11, 7), 3),
                ("blocks of a single number", (3, 4), 1),
                ("one block as large as the map", (4, 4), 4),
                ("blocks of 5 × 5 with a remainder", (19, 12), 5),
                ("large blocks", (50, 41), 12),
            ]:
                with check.hidden(label):
                    pool(drawn(shape), size)
            with check.hidden("the size given by its name"):
                values = drawn((7, 8))
                result = check.array(check.call(max_pool2d, values, size=3), (2, 2))
                check.close(result, by_hand(values, 3))
            with check.hidden("blocks of all sizes, one map after the other"):
                pool_in_turn([1, 2, 3, 4, 5, 6, 7, 8, 9])

    hidden_checks_of_max_pool2d()
    ### END HIDDEN TESTS

### BEGIN HIDDEN TESTS
check.mark(9, check.share)
### END HIDDEN TESTS

# %% [markdown]
# ## Convolution with stride (6 points)
#
# Write `strided_convolve2d(image, kernel, stride)`: the convolution of the previous exercise, but at
# every `stride`-th position only, down and across.
#
# *Why:* this too makes the map smaller. But it is not the same as pooling: here the stride decides
# **which features are extracted**, because what lies between two positions is skipped.
# Pooling looks at every feature first and then keeps the strongest.
#
# *You get* two arrays of floating-point numbers of any size, square or not, as in `convolve2d`, and an
# integer from 1 on; it may be larger than the image. Leave the arrays as they are.
#
# *A correct result* for an image (H, W) and a kernel (kh, kw) has shape
# ((H − kh) // stride + 1, (W − kw) // stride + 1), as an array, a list of rows or a tensor. Its top
# left number is the same as without stride. Results of earlier calls stay as they were.


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
    def hidden_checks_of_strided_convolve2d():
        """Run them where their names replace none of the notebook's."""
        import numpy as np
        from scipy.signal import correlate2d

        from course.checks import map_mistakes
        from course.checks.examples import convolved

        def drawn(shape, scale=1.0):
            """Draw numbers around 0, about as large as `scale`."""
            return scale * check.rng.normal(size=shape)

        def skipping(image, kernel, stride):
            """Convolve with SciPy, and keep every stride-th row and column."""
            return correlate2d(image, kernel, mode="valid")[::stride, ::stride]

        def convolve(image, kernel, stride):
            """Check one call, and that it left its arguments as they were."""
            arguments = image, kernel, stride
            convolved(check, strided_convolve2d, arguments, skipping(*arguments))

        side = int(check.rng.integers(90, 110))
        for label, idea, image_shape, kernel_shape, stride in [
            ("stride 1, the plain convolution", "examples-only", (7, 7), (3, 3), 1),
            ("stride 2 with a kernel of 3 × 3", "examples-only", (11, 11), (3, 3), 2),
            ("stride 3", "examples-only", (13, 13), (2, 2), 3),
            ("stride 4 on a large image", "examples-only", (side, side), (6, 6), 4),
            ("a stride larger than the kernel", "examples-only", (12, 12), (2, 2), 5),
            ("a stride larger than the image", "examples-only", (5, 5), (2, 2), 9),
            ("stride 2 on an image that is higher than wide", "square-only", (11, 6), (3, 3), 2),
            ("stride 3 with a kernel that is not square", "square-only", (10, 13), (2, 4), 3),
            ("a kernel as large as the image", "square-only", (4, 6), (4, 6), 2),
            ("a large kernel", "square-only", (30, 41), (12, 9), 3),
            ("a large stride", "square-only", (50, side), (3, 4), 17),
        ]:
            with check.hidden(label, idea):
                convolve(drawn(image_shape), drawn(kernel_shape), stride)
        with check.hidden("32-bit floating-point numbers"):
            convolve(drawn((9, 9)).astype("float32"), drawn((3, 3)).astype("float32"), 2)
        with check.hidden("numbers in the millions"):
            convolve(drawn((20, 20), 10 ** check.rng.uniform(7, 9)), drawn((3, 3)), 2)
        with check.hidden("numbers near 0"):
            convolve(drawn((20, 20), 0.001), drawn((3, 3)), 2)
        with check.hidden("the stride given by its name"):
            image, kernel = drawn((10, 11)), drawn((2, 3))
            wrong = map_mistakes.convolution(image, kernel, 3)
            result = check.array(check.call(strided_convolve2d, image, kernel, stride=3), (3, 3))
            check.close(result, skipping(image, kernel, 3), wrong)
        with check.hidden("many images, kernels and strides, one after the other"):
            image, kernel = drawn((9, 12)), drawn((2, 3))
            cases = [(image, kernel, 2), (image[::-1].copy(), kernel, 2), (image, -kernel, 2)]
            for *shape, stride in check.rng.integers(1, (7, 7, 8), (30, 3)):
                image = drawn(np.add(shape, check.rng.integers(0, 25, 2)))
                cases.append((image, drawn(shape), int(stride)))
            check.in_turn(strided_convolve2d, cases, skipping, map_mistakes.convolution)

    hidden_checks_of_strided_convolve2d()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Compare the two
#
# Both halve the image, with the same kernel, here one for horizontal edges; then ReLU, as in a CNN,
# sets negative answers to 0. First **predict**: type what you expect into the box, or click it.
# Nothing is marked here.

# %%
smaller = predict(
    "A convolution with stride 2 and stride 1 with pooling by 2 both make 13 × 13 numbers of a "
    "T-shirt. Where are the answers stronger, block by block?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={
        "A": "pooling is never weaker, and often stronger",
        "B": "the strided convolution is never weaker, and often stronger",
        "C": "sometimes one is stronger, sometimes the other",
    },
)

# %% reveal=true
with smaller.reveal():
    kernel = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    shirt = train_images[train_labels == 0][0] / 255.0
    edges = np.maximum(strided_convolve2d(shirt, kernel, 1), 0)
    after_pooling = np.asarray(max_pool2d(edges))
    after_stride = np.maximum(strided_convolve2d(shirt, kernel, 2), 0)

    never_weaker = np.all(after_pooling >= after_stride), np.all(after_stride >= after_pooling)
    smaller.compare(
        "A" if never_weaker[0] else "B" if never_weaker[1] else "C",
        note="Pooling keeps the largest of four answers; the stride, the first of them.",
    )
    plots.maps(
        {"stride 1": edges, "then pooling": after_pooling, "stride 2 instead": after_stride},
        alt="Horizontal edges of a T-shirt: in full size, after pooling, and with a stride of 2.",
        caption="The horizontal edges of a T-shirt, three times. After pooling every strong answer "
        "is still there; with a stride of 2 those between the steps are missing.",
    ).show()

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
