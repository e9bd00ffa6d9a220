# %% [markdown]
# misconception: window-not-kernel-sized
# score: 0

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, columns = (image.shape[0] - kh) // stride + 1, (image.shape[1] - kw) // stride + 1
    return [
        [
            (image[i * kh : i * kh + kh, j * kw : j * kw + kw] * kernel).sum()
            for j in range(columns)
        ]
        for i in range(rows)
    ]
