# %% [markdown]
# road: sliding_window_view and einsum

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
