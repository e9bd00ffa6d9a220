# %% [markdown]
# misconception: result-kernel-sized
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    return image[: kernel.shape[0], : kernel.shape[1]] * kernel
