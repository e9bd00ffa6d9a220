# %% [markdown]
# misconception: examples-only
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    step = min(stride, 3)
    return np.einsum("ijkl,kl->ij", windows[::step, ::step], kernel)
