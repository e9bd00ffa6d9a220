# %% [markdown]
# road: sliding_window_view and tensordot

# %% gap="convolve2d"
def convolve2d(image, kernel):
    return np.tensordot(np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)
