# %% [markdown]
# road: rows and columns chosen by np.ix_

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    full = np.tensordot(np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)
    rows, columns = (np.arange(extent) % stride == 0 for extent in full.shape)
    return full[np.ix_(rows, columns)]
