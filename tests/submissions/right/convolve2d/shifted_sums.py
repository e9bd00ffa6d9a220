# %% [markdown]
# road: one shifted copy for each number of the kernel

# %% gap="convolve2d"
def convolve2d(image, kernel):
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return sum(
        value * image[i : i + height, j : j + width] for (i, j), value in np.ndenumerate(kernel)
    )
