# %% [markdown]
# misconception:
# score: 0

# %% gap="strided_convolve2d"
import module_that_is_not_there


def strided_convolve2d(image, kernel, stride):
    return module_that_is_not_there.convolve(image, kernel)[::stride, ::stride]
