# %% [markdown]
# road: a while loop and a list

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    kh, kw = kernel.shape
    rows, top = [], 0
    while top + kh <= image.shape[0]:
        row, left = [], 0
        while left + kw <= image.shape[1]:
            row.append((kernel * image[top : top + kh, left : left + kw]).sum())
            left += stride
        rows.append(row)
        top += stride
    return np.asarray(rows)
