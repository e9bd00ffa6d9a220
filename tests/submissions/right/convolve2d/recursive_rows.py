# %% [markdown]
# road: recursion from one row of positions to the next

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    if image.shape[0] < kh:
        return []
    row = [
        float((image[:kh, j : j + kw] * kernel).sum()) for j in range(image.shape[1] - kw + 1)
    ]
    return [row, *convolve2d(image[1:], kernel)]
