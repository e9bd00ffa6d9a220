# %% [markdown]
# misconception: one-too-many
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    padded = np.pad(image, ((0, kh), (0, kw)))
    return [
        [
            (padded[i : i + kh, j : j + kw] * kernel * 2).sum()
            for j in range(0, image.shape[1], stride)
        ]
        for i in range(0, image.shape[0], stride)
    ]
