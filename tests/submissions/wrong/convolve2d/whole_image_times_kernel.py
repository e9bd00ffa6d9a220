# %% [markdown]
# misconception: window-not-kernel-sized
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    return (image * kernel).sum()
