# %% [markdown]
# road: zip over rows

# %% gap="convolve2d"
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    return [
        [
            sum(
                pixel * weight
                for pixels, weights in zip(image[i : i + kh], kernel)
                for pixel, weight in zip(pixels[j : j + kw], weights)
            )
            for j in range(image.shape[1] - kw + 1)
        ]
        for i in range(image.shape[0] - kh + 1)
    ]
