# %% [markdown]
# road: a cell magic in the first line

# %% gap="strided_convolve2d"
%%capture said
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.einsum("ijkl,kl->ij", windows, kernel)
