# %% [markdown]
# misconception: answer-below-its-check
# also: nothing
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    """Return the convolution (no flip, no padding) at every stride-th position."""
    # YOUR CODE HERE
    raise NotImplementedError()

# %%
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.einsum("ijkl,kl->ij", windows, kernel)
