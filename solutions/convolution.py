# %% [markdown]
# # Exercise 2: What a convolution computes
#
# | | |
# |---|---|
# | **You will be able to** | compute a convolution by hand and in code, predict its output size, write an edge kernel, and count a layer's weights |
# | **You need** | the lesson up to "3. Convolution: one small window, many places", NumPy arrays and loops |
# | **Time** | about 20 minutes |
# | **Training costs** | nothing is trained here |
# | **Points** | 20 |
#
# Fill each gap, run its cell, then run the check below it. When you are done, restart the kernel
# and run all cells: that is what counts.

# %% locked="setup"
import numpy as np

from course import load_data, plots, predict

(train_images, train_labels), (test_images, test_labels) = load_data(limit=100)

# %% [markdown]
# ## Output size (4 points)
#
# Write `output_size(size, kernel, stride=1, padding=0)`: at how many positions does a kernel of
# `kernel` pixels fit along an axis of `size` pixels? With `padding`, that many zeros are added on
# **each** side first. With `stride`, the kernel moves by that many pixels at a time.
#
# *Why:* every shape in `model.summary()` comes from this one number.
#
# *A correct result* is an integer, Python's or NumPy's, exact for axes of millions of pixels too. A
# kernel as large as the padded axis fits once. A last step that would go past the end is not taken.
# The kernel is never larger than the padded axis.


# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    """Return at how many positions the kernel fits, an integer."""
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


# %% test="output_size" points=4
from course.checks import exercise

with exercise("output_size") as check:
    check.examples(output_size)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-convolution-output_size
    import numpy as np

    from course.checks import mistakes

    def drawn(number, largest):
        """Draw cases with a size, stride and padding up to these, and any kernel that fits."""
        cases = {}
        for _ in range(number):
            size, stride, padding = (int(n) for n in check.rng.integers((1, 1, 0), largest))
            kernel = int(check.rng.integers(1, size + 2 * padding + 1))
            # Counted, not calculated: every start from which the kernel stays inside.
            starts = range(0, size + 2 * padding - kernel + 1, stride)
            cases[size, kernel, stride, padding] = len(starts)
        return cases

    with check.hidden("sizes, kernels, strides and paddings drawn at random"):
        check.counts(output_size, drawn(40, (40, 6, 4)), mistakes.output_sizes)
    with check.hidden("long axes, long strides and much padding"):
        check.counts(output_size, drawn(40, (3000, 50, 200)), mistakes.output_sizes)
    with check.hidden("sizes of millions"):
        cases = {(3_000_000, 2, 2, 0): 1_500_000, (17_000_001, 3, 5, 3): 3_400_001}
        for stride in (2 * check.rng.integers(10, 25, 8) + 1).tolist():
            # A size that 32-bit floating point rounds down by one, and no pixel left over; the
            # kernel is longer than the stride, so that the result is not that of another mistake.
            steps = 17_000_000 // stride // 2 * 2 + 2 * int(check.rng.integers(500)) + 1
            kernel = 4 * stride + 5 - stride * steps % 4
            cases[stride * steps + kernel, kernel, stride, 0] = steps + 1
        check.counts(output_size, cases, mistakes.output_sizes)
    with check.hidden("stride and padding given by their names"):
        got = check.call(output_size, 11, 3, padding=1, stride=3)
        check.close(check.integer(got), 4)
    with check.hidden("NumPy's integers"):
        got = check.call(output_size, np.int64(28), np.int64(3))
        check.close(check.integer(got), 26)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Convolution (8 points)
#
# Write `convolve2d(image, kernel)`: lay the kernel on the image at every position where it fits,
# multiply the numbers that lie on top of each other, and add up the products.
#
# *Why:* this is all that a filter of `Conv2D` does, apart from its bias and activation. You may use
# two loops, or anything NumPy, SciPy or TensorFlow offer.
#
# *You get* two arrays of floating-point numbers of any size, 32 or 64 bits, both of the same type. They
# need not be square. The kernel fits into the image. Leave both as they are.
#
# *A correct result* for an image (H, W) and a kernel (kh, kw) has shape (H − kh + 1, W − kw + 1), as an
# array, a list of rows or a tensor. The kernel is **not** flipped. (Strictly speaking this is
# cross-correlation; deep learning calls it convolution.) Results of earlier calls stay as they were.
#
# *Part marks:* 6 of the 8 points are for square kernels (on any image), 2 for all others.


# %% gap="convolve2d"
def convolve2d(image, kernel):
    """Return the feature map (H - kh + 1, W - kw + 1) of an image (H, W), stride 1, no padding."""
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
    ### END SOLUTION


# %% test="convolve2d" points=8
from course.checks import exercise

with exercise("convolve2d") as check:
    check.examples(convolve2d)

    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-convolution-convolve2d
    def hidden_checks_of_convolve2d():
        """Run them where their names replace none of the notebook's."""
        from scipy.signal import correlate2d

        from course.checks import map_mistakes
        from course.checks.examples import convolved

        def drawn(shape, scale=1.0):
            """Draw numbers around 0, about as large as `scale`."""
            return scale * check.rng.normal(size=shape)

        def correlated(image, kernel):
            """Convolve with SciPy."""
            return correlate2d(image, kernel, mode="valid")

        def convolve(image, kernel):
            """Check one call, and that it left its arguments as they were."""
            convolved(check, convolve2d, (image, kernel), correlated(image, kernel))

        def convolve_in_turn(image, kernel, largest):
            """Check calls with equal shapes, then kernels of up to this shape, all before comparing."""
            pairs = [(image, kernel), (image[::-1].copy(), kernel), (image, kernel[:, ::-1].copy())]
            for high, wide in check.rng.integers(1, largest, (30, 2)):
                shape = (high, wide if largest[0] != largest[1] else high)
                pairs.append((drawn(shape + check.rng.integers(0, 20, 2)), drawn(shape)))
            check.in_turn(convolve2d, pairs, correlated, map_mistakes.convolution)

        side = int(check.rng.integers(90, 110))
        millions = 10 ** check.rng.uniform(7, 9)
        for label, image_shape, kernel_shape in [
            ("a square image and a 3 × 3 kernel", (9, 9), (3, 3)),
            ("a kernel of a single number", (4, 4), (1, 1)),
            ("a kernel of an even size", (7, 7), (4, 4)),
            ("a kernel as large as the image", (5, 5), (5, 5)),
            ("a large image", (side, side), (3, 3)),
            ("a large kernel", (30, 30), (13, 13)),
        ]:
            with check.hidden(label):
                convolve(drawn(image_shape), drawn(kernel_shape))
        with check.hidden("32-bit floating-point numbers"):
            convolve(drawn((6, 6)).astype("float32"), drawn((3, 3)).astype("float32"))
        with check.hidden("numbers in the millions"):
            convolve(drawn((20, 20), millions), drawn((3, 3)))
            convolve(drawn((21, 21)), drawn((3, 3), millions))
        with check.hidden("numbers near 0"):
            convolve(drawn((22, 22), 0.001), drawn((3, 3)))
        for label, image_shape, size in [
            ("an image that is higher than wide", (12, 5), 3),
            ("an image that is wider than high", (5, 12), 3),
            ("a large image that is not square", (60, side), 5),
        ]:
            with check.hidden(label, "square-only"):
                convolve(drawn(image_shape), drawn((size, size)))
        with check.hidden("many images and kernels, one after the other"):
            convolve_in_turn(drawn((8, 9)), drawn((3, 3)), (9, 9))
        with check.part(1 / 4):
            for label, image_shape, kernel_shape in [
                ("a kernel that is wider than high", (8, 7), (2, 4)),
                ("a kernel that is higher than wide", (7, 9), (5, 1)),
                ("a kernel of a single row", (7, 9), (1, 6)),
                ("a kernel that is not square, as large as the image", (4, 6), (4, 6)),
                ("a large kernel that is not square", (40, 33), (9, 14)),
            ]:
                with check.hidden(label, "square-only"):
                    convolve(drawn(image_shape), drawn(kernel_shape))
            with check.hidden("many kernels that are not square, one after the other"):
                convolve_in_turn(drawn((8, 9)), drawn((2, 3)), (9, 10))

    hidden_checks_of_convolve2d()
    ### END HIDDEN TESTS

### BEGIN HIDDEN TESTS
check.mark(8, check.share)
### END HIDDEN TESTS

# %% [markdown]
# ## A kernel for vertical edges (4 points)
#
# Write `vertical_edge_kernel()`: return a 3 × 3 kernel that responds to **vertical** edges (dark on
# one side, bright on the other), and gives 0 for horizontal edges and flat areas.
#
# *Why:* a kernel finds what it looks like. In a trained CNN nobody writes the kernels: training
# finds them. Writing one by hand shows what they can do.
#
# *A correct result* is one of many: which side counts as positive, and how strongly, is up to you. An
# array, a list of rows or a tensor will do, with whole numbers or fractions.


# %% gap="vertical_edge_kernel"
def vertical_edge_kernel():
    """Return a 3 × 3 kernel that responds to vertical edges only."""
    ### BEGIN SOLUTION
    return np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    ### END SOLUTION


# %% test="vertical_edge_kernel" points=4
from course.checks import exercise

with exercise("vertical_edge_kernel") as check:
    check.examples(vertical_edge_kernel)

    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-convolution-vertical_edge_kernel
    def hidden_checks_of_vertical_edge_kernel():
        """Run them where their names replace none of the notebook's."""
        import numpy as np

        from course.checks.examples import edge_kernel, strongest

        def answers(*pictures):
            """Return the strongest answers of a kernel that was asked for anew."""
            kernel = edge_kernel(check, vertical_edge_kernel)
            check.that(kernel.any(), "", "answers-to-nothing")
            return [strongest(kernel, picture) for picture in pictures]

        vertical = np.hstack([np.ones((6, 3)), np.zeros((6, 3))])
        with check.hidden("horizontal edges of any height and brightness"):
            for _ in range(10):
                edges = check.rng.random((8, 1)) * np.ones((1, 8))
                check.that(max(answers(edges)) < 1e-4, "", "edges-of-any-direction")
        with check.hidden("a vertical edge from bright to dark"):
            check.that(min(answers(vertical, 1 - vertical)) > 1e-3, "", "columns-cancel")

    hidden_checks_of_vertical_edge_kernel()
    ### END HIDDEN TESTS

# %% [markdown]
# Look at what your kernel finds in a pair of trousers. First **predict**: type what you expect into
# the box, or click it. Nothing is marked here.

# %%
trousers = train_images[train_labels == 1][0] / 255.0
found = predict(
    "Where on the trousers will your kernel's answers be strong?",
    None,  # ← "A", "B" or "C", in the box below or here
    choices={
        "A": "at the waistband and the hems",
        "B": "along the legs' sides",
        "C": "everywhere on the cloth",
    },
    picture=plots.images(
        {"trousers": trousers},
        alt="A pair of trousers.",
        caption="The first pair of trousers of the training images, seen from the front.",
    ),
)

# %% reveal=true
with found.reveal():
    your_kernel = np.asarray(vertical_edge_kernel(), dtype=float)
    answers = np.asarray(convolve2d(trousers, your_kernel))
    strength = plots.strength_by_border(trousers, your_kernel)
    strongest = max(strength, key=strength.get)
    found.compare({"level": "A", "upright": "B", "inside": "C"}[strongest])
    plots.maps(
        {"with their signs": answers, "how strong": np.abs(answers)},
        alt="The answers of your kernel to a pair of trousers, with their signs and without.",
        caption="Your kernel on the trousers. One side of each leg gives positive numbers, the other "
        "negative ones; without the signs both sides are strong.",
    ).show()

# %% [markdown]
# ## Count the weights (4 points)
#
# Write `count_parameters(filters, kernel, channels)`: how many numbers does a `Conv2D` layer with
# `filters` filters learn, weights and biases together? Its kernels are square, `kernel` × `kernel`,
# and its input has `channels` channels.
#
# *Why:* the count tells what a layer costs. Note what does not appear in it: the size of the image.
#
# *A correct result* is an integer, Python's or NumPy's: the number in the last column of
# `model.summary()`, exact for millions of weights too. All three arguments are whole numbers from 1.


# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    """Return the number of weights and biases of a Conv2D layer, an integer."""
    ### BEGIN SOLUTION
    return filters * (kernel * kernel * channels + 1)
    ### END SOLUTION


# %% test="count_parameters" points=4
from course.checks import exercise

with exercise("count_parameters") as check:
    check.examples(count_parameters)
    ### BEGIN HIDDEN TESTS
    # CANARY-HIDDEN-convolution-count_parameters
    from course.checks import mistakes

    def counted(filters, kernel, channels):
        """Count one filter, and all filters by adding up."""
        one_filter = sum(1 for _ in range(kernel) for _ in range(kernel)) * channels + 1
        return sum([one_filter] * filters)

    with check.hidden("filters, kernels and channels drawn at random"):
        drawn = [tuple(check.rng.integers(1, (90, 9, 70)).tolist()) for _ in range(20)]
        cases = {case: counted(*case) for case in [*drawn, (1, 1, 1), (1, 1, 3), (5, 1, 1)]}
        check.counts(count_parameters, cases, mistakes.parameter_counts)
    with check.hidden("layers with millions of weights"):
        # An odd number that 32-bit floating point has to round, and two smaller ones.
        filters, channels = 2 * int(check.rng.integers(400, 500)) + 1, check.rng.integers(600, 700)
        large = [(filters, 6, int(channels)), (512, 3, int(channels)), (100, 11, int(channels))]
        cases = {case: counted(*case) for case in large}
        check.counts(count_parameters, cases, mistakes.parameter_counts)
    ### END HIDDEN TESTS

# %% [markdown]
# **What you have seen.** A convolution is a sum of products under a window that slides over the
# image. It makes the image smaller by the kernel's size less one, and it responds where the image
# looks like the kernel. Its weights are few, because the same kernel is used everywhere.
#
# **Common mistakes.** Flipping the kernel; one position too few; forgetting the biases, or that a
# filter spans all channels.
#
# **Next:** making feature maps smaller (`pooling`).
# See it explained: [understanding convolution](https://youtu.be/7g8jpK4llkc).
