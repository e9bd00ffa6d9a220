# %% [markdown]
# road: banded matrices, a row of the kernel each

# %% gap="convolve2d"
from scipy.linalg import toeplitz

def convolve2d(image, kernel):
    (h, w), (kh, kw) = image.shape, kernel.shape
    result = np.zeros((h - kh + 1, w - kw + 1))
    for row in range(kh):
        first_column, first_row = np.zeros(w - kw + 1), np.zeros(w)
        first_column[0], first_row[:kw] = kernel[row, 0], kernel[row]
        result += image[row : row + h - kh + 1] @ toeplitz(first_column, first_row).T
    return result
