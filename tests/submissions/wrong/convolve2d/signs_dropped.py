# %% [markdown]
# misconception: sign-ignored
# score: 0

# %% gap="convolve2d"
def convolve2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.abs(np.einsum("ijkl,kl->ij", windows, kernel))
