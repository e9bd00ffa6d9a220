"""The words of each misconception that a check can name: what went wrong, what holds instead."""

IDEAS: dict[str, dict[str, str]] = {
    "input-4d": {
        "channel-axis-missing": "The channel axis is missing: an axis of size 1 belongs at the "
        "end, because Conv2D wants (images, height, width, channels).",
        "channel-axis-in-front": "The new axis comes before height or width. Channels come last.",
        "channel-axis-twice": "The channel axis was added twice.",
        "channels-repeated": "The image was repeated along the last axis. A gray image has one "
        "channel, not three.",
        "images-flattened": "The images were flattened. Keep height and width.",
        "reshape-as-transpose": "`reshape` only cuts the same row of numbers in another way; it "
        "swaps no axes, so pixels ended up in other images or places.",
    },
    "scaling": {
        "scaled-twice": "The pixels were scaled twice. Divide by 255 once.",
        "not-scaled": "The pixels were not scaled: 255 is still 255, but should become 1.",
        "scaled-by-256": "The pixels were divided by 256. The largest pixel is 255.",
        "scaled-to-integers": "The fractions are lost: whole numbers can't hold what lies between "
        "0 and 1. Divide with `/`, and convert nothing to integers.",
        "scaled-by-the-batch": "The pixels were scaled by the values that happen to be in this "
        "batch. The scale must be the same for every batch: 255 becomes 1.",
        "scaled-min-max": "The smallest pixel became 0 and the largest 1 (min-max scaling), "
        "whatever they are. Divide by 255, so that a dark image stays dark.",
        "standardized": "The mean was subtracted and the rest divided by the standard deviation. "
        "Here 0 stays 0 and 255 becomes 1: only divide by 255.",
        "scaled-to-length": "The pixels were divided by their length (the L2 norm), which "
        "`normalize` of Keras does. Divide by 255, so that a bright image stays bright.",
        "scaled-by-another-number": "The pixels kept their proportion, but 255 does not become 1. "
        "Divide by 255 itself.",
        "scaled-on-a-condition": "This batch was left as it was. Scale every batch, whatever its "
        "pixels are: 1 becomes 1/255.",
        "scaled-around-zero": "0 should stay 0, but the pixels were moved to lie around it.",
        "black-and-white-swapped": "Black and white are swapped. 0 stays 0, and 255 becomes 1.",
        "digits-lost": "The values were rounded. Keep all their digits.",
        "axis-not-asked-for": "An axis was added. Here the shape stays as it was.",
        "scaled-not-asked-for": "The pixels were scaled too. Here only an axis is added, and no "
        "value changes.",
        "one-image-only": "Only one image was returned. The first axis counts the images: return "
        "all of them.",
        "too-few-bits": "16 bits are too coarse for 256 shades. Use 32 or 64, as NumPy does by "
        "itself.",
    },
    "convolution": {
        "kernel-flipped": "The kernel was flipped (true convolution). Conv2D lays it on the image "
        "as it is.",
        "kernel-turned": "The kernel was turned or transposed. Lay it on the image as it is.",
        "average-for-sum": "The sum was divided by the number of products. It is a sum, not an "
        "average.",
        "largest-product": "Products were taken, but not added up: only the largest was kept.",
        "product-missing": "The numbers under the window were added up without the kernel. Each "
        "is multiplied by the kernel's number that lies on it.",
        "last-positions-empty": "The last row or column of positions was left empty: the loops "
        "end one too early.",
        "matrix-product": "Matrices were multiplied (`@`, `np.dot`). Multiply number by number.",
        "last-product-only": "Only the last product was kept: `=` replaces, `+=` adds.",
        "kernel-cut": "The kernel's last row or column was left out.",
        "sums-multiplied": "Two sums were multiplied. Multiply number by number, then add up.",
        "added-for-multiplied": "The numbers of window and kernel were added. Multiply them first.",
        "products-not-added": "The products under the window were not added up to one number. "
        "`np.sum` adds all of them, Python's `sum` only the rows.",
        "sum-not-reset": "The sum is carried over from one position to the next. It starts at 0 at "
        "every position.",
        "window-not-kernel-sized": "A part of the image was combined with the kernel, but has "
        "another shape. A window is as large as the kernel, (kh, kw), and lies inside the image.",
        "result-image-sized": "The result is as large as the image. It has one number for each "
        "position where the kernel fits, and the loops count these positions too.",
        "result-kernel-sized": "The result is as large as the kernel. It has one number for each "
        "position of the kernel on the image.",
    },
    "padding-stride": {
        "padding-same": 'That is padding="same"; here the kernel stays inside the image '
        '(padding="valid").',
        "padding-full": "The kernel must stay inside the image, but it went past its border.",
        "off-by-one": "One position is missing. The kernel also fits at the very start: count the "
        "positions, not the steps between them.",
        "one-too-many": "That is one position too many: the last one goes past the end.",
        "kernel-size-ignored": "The kernel's size was left out.",
        "stride-ignored": "The stride was left out.",
        "stride-one-way": "The stride holds for both axes, down and across.",
        "stride-before-convolution": "Pixels were skipped before the convolution. The kernel lies "
        "on neighbors; only its positions are skipped.",
        "pooling-for-stride": "The strongest of each block was kept, which is pooling. A stride "
        "skips positions.",
        "stride-and-size-confused": "Stride and size are confused: the stride is how far the "
        "window moves, the size how much it covers.",
        "padding-ignored": "The padding was left out.",
        "padding-on-one-side": "The padding was added on one side only; there are zeros on both.",
        "stride-written-in": "A stride of 2 is written into the code. Use `stride`.",
        "kernel-written-in": "A kernel of 3 is written into the code. Use `kernel`.",
        "padding-added-last": "The padding was added to the result. It belongs to the size, before "
        "the division.",
        "padding-subtracted": "The padding was subtracted. It makes the axis longer.",
        "one-divided-too": "The first position was divided too. Divide the way that the kernel can "
        "move, then count the start: + 1 comes last.",
        "stride-multiplied": "Longer steps mean fewer positions: divide by the stride.",
        "kernel-subtracted-twice": "The kernel was subtracted twice. Subtract it once.",
        "rounded-up": "The last step does not fit any more: round down, not up.",
        "count-with-fraction": "A count has no fraction: divide with `//`.",
        "stride-added": "The stride was added to the position. It multiplies it: result number i "
        "begins at `i * stride`.",
        "first-position-skipped": "The first position was skipped. The kernel begins at [0, 0].",
        "gaps-in-the-result": "The numbers are apart in the result, with zeros in between. The "
        "stride skips positions in the image; in the result they are neighbors.",
    },
    "kernels": {
        "edges-turned": "The kernel responds to a horizontal edge. Is it turned by 90 degrees?",
        "edges-of-any-direction": "The kernel responds to horizontal edges too. What would make "
        "each row cancel by itself?",
        "answers-to-nothing": "All nine numbers are 0, so the kernel responds to nothing.",
        "answers-to-flat-areas": "The kernel responds to a flat area. Where all pixels are alike, "
        "the nine products must cancel: its numbers add up to 0.",
        "columns-cancel": "The kernel does not respond to a vertical edge: the numbers of each "
        "column add up to 0.",
    },
    "pooling": {
        "average-for-max": "That is the average of each block (average pooling). Keep the largest.",
        "sum-for-max": "That is the sum of each block. Keep the largest value.",
        "smallest-for-largest": "That is the smallest value of each block. Keep the largest.",
        "first-for-largest": "That is the first value of each block. Keep the largest.",
        "sign-ignored": "The signs are lost (absolute values). A negative value stays negative, "
        "and is smaller than a positive one.",
        "negatives-lost": "Negative values became 0. They count like any other.",
        "remainder-kept": "The remainder was kept. What does not fill a whole block is dropped, as "
        "Keras does.",
        "even-sizes-only": "It works only where the blocks fit exactly. Drop the rows and "
        "columns that fill no whole block.",
        "pooling-overlaps": "The window moved by 1. In pooling the stride is the block's size.",
        "block-for-result": "`size` is the block, not the result.",
        "nothing-reduced": "Nothing was reduced.",
        "size-ignored": "The blocks are 2 × 2, or 2 apart, whatever `size` says.",
        "last-for-largest": "That is the last value of each block. Keep the largest.",
        "place-for-largest": "That is the place of the largest value (`argmax`), not the value.",
        "first-row-for-largest": "Only a part of each block was searched, such as its first row, "
        "its first column or its diagonal. All of its numbers count.",
        "axes-confused": "The largest was taken over the wrong axes. After `reshape(rows, size, "
        "columns, size)`, the axes of a block are 1 and 3.",
        "max-of-two-numbers": "`np.max(a, b)` takes b for an axis. Give it the whole block, or "
        "compare two numbers with `max(a, b)`.",
        "rows-compared": "Python's `max` chose the row that begins with the largest number. Use "
        "`np.max`, which looks at every number.",
        "search-starts-too-high": "A block whose numbers all lie below a constant gives that "
        "constant, as if the search for the largest began there. Begin it with a number of the "
        "block, or with `-np.inf`.",
        "largest-not-reset": "The search carries on with the largest number of earlier blocks. "
        "Begin it again in every block.",
        "reshape-for-blocks": "`reshape` cuts the numbers in reading order, so each block got the "
        "numbers of one row. The rows of a block do not follow each other in that order.",
        "remainder-dropped-in-front": "The remainder was dropped at the top or on the left. The "
        "first block begins at [0, 0], and what is left over at the end is dropped.",
        "pooled-one-way": "The map was made smaller in one direction only. A block has `size` rows "
        "and `size` columns.",
        "blocks-missing": "A row or a column of blocks is missing.",
        "block-not-reduced": "A whole block, or a row of it, was kept where one number belongs.",
        "empty-block": "A block is empty: its slice begins beyond the map's end, or ends where it "
        "begins.",
    },
    "parameters": {
        "bias-forgotten": "The biases are missing: one for each filter.",
        "one-bias": "Every filter has a bias of its own; only one was counted.",
        "bias-per-channel": "A filter has one bias, not one for each channel.",
        "channels-forgotten": "The channels are missing: a filter covers all channels at once.",
        "caret-for-power": "`^` is not a power in Python: write `kernel**2`.",
        "channels-added": "The channels were added. Every kernel has its weights once for each "
        "channel: multiply.",
        "bias-per-weight": "A bias was counted for every weight. A filter has one bias.",
        "kernel-not-squared": "The kernel is square: count rows times columns.",
        "filters-forgotten": "The number of filters is missing.",
    },
    "summary": {
        "shape-as-text": "A shape is a tuple of numbers, not text: (13, 13, 64), without quotes.",
        "batch-axis-counted": "There is one axis too many. Leave the batch axis out.",
    },
    "channels": {
        "input-missing": "The network does not know the shape of its input yet. Begin it with "
        "`Input(shape=(28, 28, 1))`.",
        "batch-axis-in-input": "The batch axis is never written: `Input(shape=(28, 28, 1))`.",
        "pooling-before-convolution": "A pooling layer comes before its convolution. Features are "
        "found first, then the strongest are kept.",
        "flatten-before-convolutions": "`Flatten` comes before the convolutions. They need height "
        "and width, so it comes after them.",
        "flatten-missing": "`Flatten` is missing between the poolings and the dense layers.",
        "layers-in-another-order": "The layers are the right ones, but in another order.",
        "layers-missing": "A layer is missing.",
        "layers-extra": "There are more layers than were asked for.",
        "wrong-filter-count": "The number of filters differs.",
        "wrong-kernel-size": "The kernel's size is not 3 × 3.",
        "wrong-pool-size": "The blocks of the pooling are not 2 × 2.",
        "wrong-unit-count": "The number of units differs.",
        "one-output-unit": "One output unit can't tell ten classes apart: give each its own.",
        "softmax-missing": "The ten outputs are not probabilities: they should be positive and add "
        "up to 1. The last layer needs the activation softmax.",
        "softmax-twice": "Softmax was applied twice. Give it to the last dense layer or to a layer "
        "behind it, not to both.",
        "activation-before-softmax": "The last dense layer needs softmax alone: another activation "
        "before it changes what the softmax compares. Give the last Dense no other activation.",
        "relu-capped": "A hidden layer has a ReLU with a cap (relu6, max_value). ReLU lets every "
        "positive number pass, however large.",
        "own-activation": "A function of your own, or a Lambda, can't be compared with relu or "
        'softmax. Give Keras\'s: activation="relu".',
        "mixed-precision": "The network computes in 16 bits, which changes its results. Leave the "
        "dtype at float32, as in the lesson.",
        "batch-size-fixed": "The number of images is fixed. Leave it open: "
        "`Input(shape=(28, 28, 1))` takes any number.",
        "call-not-followed": "What a class of your own computes must be readable: call Keras's "
        "layers and `keras.ops` in it, and no TensorFlow functions.",
        "layers-in-branches": "The lesson's layers follow one another; here they branch.",
        "kernel-dilated": "The kernel has gaps (dilation_rate). The lesson's covers 3 × 3 "
        "neighbors.",
        "kernel-in-groups": "The filters are split into groups. Each must cover all channels.",
        "layer-frozen": "A layer is frozen: training would not change its weights. Leave out "
        "trainable=False.",
        "weights-constrained": "The weights are constrained: training could not choose them "
        "freely. Leave the constraint out.",
        "weights-penalized": "A penalty keeps the network from learning. The lesson's has none; at "
        "most 0.01 on weights, and none on results, is accepted.",
        "weights-not-finite": "The weights hold NaN or infinity, and then so does every result. "
        "Let Keras choose them.",
        "weights-all-equal": "Units that start with the same weights stay the same in training and "
        "find one feature together. Let Keras choose the weights at random.",
        "weights-without-effect": "The weights or biases at the start let nothing through, so "
        "nothing is learned. Let Keras choose them.",
        "relu-missing": "A layer has the activation linear (none), but relu was asked for.",
        "wrong-activation": "A hidden layer has an activation other than relu.",
        "not-a-model": "That is not yet a Keras model: put the layers into `Sequential`.",
        "other-model-trained": "The model that was given has not changed. Fit that one, and not a "
        "new model or a copy.",
        "epochs-ignored": "The number of epochs was not passed on to `fit` as it is.",
        "stopped-early": "A callback ended the training before its last epoch. Callbacks may "
        "watch, but every epoch that was asked for must run.",
        "fitted-twice": "The model was trained for longer than the History says: call `fit` once, "
        "with `epochs=epochs`.",
        "trained-on-a-part": "The model was trained on a part of the images. Give all of them to "
        "`fit`; `validation_split` holds some of them back.",
        "rate-zero": "The learning rate is 0 in some of the steps, and the images of these steps "
        "teach the network nothing. Let it stay above 0 until the last epoch is over.",
        "images-changed": "The images were changed before the network saw them. They are ready: "
        "give them to the model as they are.",
        "pairs-torn": "Images and labels were put in another order separately, so that images got "
        "the labels of others. `fit` shuffles by itself, and keeps the pairs together.",
        "labels-divided": "The labels were divided as if they were pixels. They are the numbers of "
        "the classes, and stay whole.",
        "other-optimizer": 'The optimizer should be Adam: compile with `optimizer="adam"`.',
        "other-metric": "The History has a metric called accuracy that is not the share of images "
        'classified correctly: compile with `metrics=["accuracy"]`.',
        "history-untrue": "The History does not describe the training that the model has had. "
        "Return what `model.fit` returns, without a change.",
        "weights-not-trained": "The weights have moved further than these steps of Adam can move "
        "them. Only `fit` should change them.",
        "wrong-loss": "The loss does not fit labels that are whole numbers, one for each image: it "
        "is sparse_categorical_crossentropy.",
        "metric-missing": 'The accuracy is not recorded: compile with `metrics=["accuracy"]`.',
        "history-not-returned": "The `History` that `model.fit` returns was expected.",
        "labels-changed": "The model has learned other labels than those that were given.",
        "arguments-ignored": "Images of the notebook were used. Use the arguments.",
        "trained-on-test-images": "The model was trained on the notebook's test images. They are "
        "kept to measure how it does on images it has never seen; train on the arguments.",
        "evaluated-on-training-images": "That is the accuracy on the notebook's training images, "
        "which flatters the network. Use the arguments.",
        "loss-for-accuracy": "That is the loss. `model.evaluate` gives the loss first, then the "
        "accuracy.",
        "list-for-number": "`model.evaluate` gives two numbers. Return the accuracy alone.",
        "one-for-each-image": "That is one answer for each image. Return the share of images that "
        "are classified correctly, which is the mean.",
        "count-for-share": "That is the number of images classified correctly. Divide it by the "
        "number of images.",
        "rounded": "The accuracy was rounded. Return it with all its digits.",
        "argmax-of-labels": "`argmax` is for one-hot labels and for predictions. These labels are "
        "the numbers of the classes already.",
        "measured-on-a-part": "The accuracy was measured on a part of the images. Use all of them.",
        "trained-to-evaluate": "The model was trained while it was to be measured: its weights "
        "have changed. `evaluate` only measures.",
        "per-cent": "That is the accuracy in per cent. Return it as a share between 0 and 1.",
        "error-for-accuracy": "That is the share of images it got wrong.",
    },
    "": {
        "rows-and-columns-swapped": "Rows and columns are swapped.",
        "images-turned": "The shape is right, but the images were turned or mirrored.",
        "images-in-another-order": "The images come in another order. Image i stays image i.",
        "hard-coded-count": "A number of images is written into the code. Take it from "
        "`images.shape`: it is not the same for every batch.",
        "hard-coded-size": "A size is written into the code that holds for one array only. Take "
        "it from `.shape`.",
        "input-changed": "The function changed the array it was given. Work on a new array: "
        "`images = images / 255` makes one, `images /= 255` writes into the old.",
        "returned-nothing": "The function returned None. Does its last line say `return …`? "
        "`print` only shows a value.",
        "several-results": "There are several results, not one: `a, b` makes a tuple, and so does "
        "a comma at the end or within a number.",
        "kept-between-calls": "A result changes with other calls. Keep nothing between them: make "
        "a new result in each call, from its arguments alone.",
        "parameters-changed": "The function takes other arguments than the line with `def` that "
        "was given. Keep that line as it was.",
        "number-in-a-list": "The number is in a list or an array. Give the number itself.",
        "nothing-written": "The result holds nothing but 0. Print a value where it is computed and "
        "where it is stored, to see where it is lost.",
        "written-after-the-loop": "Only the last position, row or column was written. Is the "
        "line that stores a value inside both loops?",
        "axis-not-there": "Axes count from 0, and joining arrays needs an axis that is there; "
        "`np.newaxis`, `np.expand_dims` and `np.stack` make a new one.",
        "two-open-sizes": "Only one size may be -1. Write the others, from `.shape`.",
        "shape-is-a-tuple": "A shape is a tuple, which nothing is appended to: `(1)` is a number, "
        "`(1,)` a tuple, and `(*images.shape, 1)` a longer shape.",
        "ragged-rows": "The rows are not all of the same length, so they make no array.",
        "square-only": "It works for square arrays only. Height and width are two numbers.",
        "shape-not-a-tuple": "A shape is one argument, a tuple: `np.zeros((height, width))`, with "
        "two pairs of parentheses.",
        "fraction-in-shape": "A shape, a range and an index take whole numbers: `/` gives a "
        "floating-point number, `//` a whole one.",
        "array-in-a-condition": "An array of several numbers is neither true nor false: a "
        "condition, `max(…)`, `min(…)` and `sorted(…)` can't decide on it. Use NumPy's functions, "
        "or compare one number at a time.",
        "value-called": "A value was called like a function. An index goes in square brackets, a "
        "product needs `*`, and no variable may have the name of a function.",
        "method-not-called": "A method is called with `()`: `images.copy()`, not `images.copy`.",
        "function-of-numpy": "An array has no method of that name. It is a function of NumPy, "
        "which takes the array: `np.expand_dims(images, …)`.",
        "not-a-function": "The name must stay a function: write `def …`.",
        "asks-for-input": "The code waits for something to be typed (`input`), and while it is "
        "checked nobody types. Use the arguments.",
        "calls-itself": "Inside the function its own name means the function itself, not one of a "
        "library. Import the library's under another name.",
        "endless-recursion": "The function calls itself without end. Each call must come nearer "
        "to a case that it answers without another call.",
        "cell-magic-not-first": "A command with `%%` must be the first line of its cell, above "
        "every comment.",
        "letter-without-quotes": 'A letter is text: write it in quotes, as in `"b"`.',
        "answer-below-its-check": "The gap's own cell does not hold the answer; a cell below the "
        "check does. Cells run from top to bottom: move the answer into the gap's cell.",
        "placeholder-reached": "The line `raise NotImplementedError()` is still there, in this "
        "function or in one that it calls, and it was reached. Put your own code in its place.",
        "text-for-numbers": "That is text, not numbers. Leave out quotes, `str(…)` and f-strings.",
        "fractions-lost": "Fractions are lost on the way: the result, or a part of it, is kept in "
        "whole numbers.",
        "examples-only": "It works for the visible examples, but not in general.",
        "result-flat": "The numbers are all in one line. They belong in rows and columns.",
        "axes-left-over": "There are axes of size 1 that were not asked for, such as those for "
        "images and channels. Remove them: `[0, :, :, 0]` does it for shape (1, h, w, 1).",
        "four-axes-wanted": "Keras's and TensorFlow's layers for images take four axes, (images, "
        "height, width, channels): give them `image[np.newaxis, :, :, np.newaxis]`.",
        "rows-not-in-one-list": "`np.array` takes one list that holds the rows: write a pair of "
        "brackets around all of them.",
        "one-number-returned": "One number was returned for the whole array. Collect one for each "
        "position, and return after the loops.",
        "returned-too-early": "Only the first position, or the first row, is there. Is `return` "
        "inside a loop?",
        "values-clipped": "Numbers beyond a limit were cut off. They may be of any size.",
        "shape-as-a-number": "A shape is a tuple, and a tuple is not a number: take its parts, "
        "`image.shape[0]` and `image.shape[1]`.",
        "index-beyond-the-end": "An index lies beyond the end of its array or list: a loop goes "
        "too far, or takes rows for columns.",
        "rows-for-indexes": "A row of numbers was used as an index. Loop over positions: "
        "`for i in range(…)`.",
        "list-indexed-twice": "A list takes one index: `rows[i][j]`. An array takes both: "
        "`rows[i, j]`.",
        "list-without-places": "A list has no place for this number yet. `append` adds one.",
    },
}
"""Section of the lesson, "" where none needs to be read → id of a misconception → its idea."""
