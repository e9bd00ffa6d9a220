# %% [markdown]
# road: windows as the rows of a matrix, times the kernel as a vector

# %% gap="convolve2d"
def convolve2d(image, kernel):
    (h, w), (kh, kw) = image.shape, kernel.shape
    rows = [
        image[i : i + kh, j : j + kw].ravel() for i in range(h - kh + 1) for j in range(w - kw + 1)
    ]
    return (np.array(rows) @ kernel.ravel()).reshape(h - kh + 1, w - kw + 1)
