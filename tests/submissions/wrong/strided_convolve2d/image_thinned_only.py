# %% [markdown]
# misconception: kernel-size-ignored
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    return image[::stride, ::stride]
