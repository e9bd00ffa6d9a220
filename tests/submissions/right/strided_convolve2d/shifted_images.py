# %% [markdown]
# road: thinned images, one for each weight

# %% gap="strided_convolve2d"
def strided_convolve2d(image, kernel, stride):
    (h, w), (kh, kw) = image.shape, kernel.shape
    result = 0
    for (i, j), weight in np.ndenumerate(kernel):
        result = result + weight * image[i : h - kh + i + 1 : stride, j : w - kw + j + 1 : stride]
    return result
