# %% [markdown]
# road: four loops, plain lists

# %% gap="convolve2d"
def convolve2d(image, kernel):
    (height, width), (kh, kw) = image.shape, kernel.shape
    result = []
    for i in range(height - kh + 1):
        row = []
        for j in range(width - kw + 1):
            total = 0.0
            for a in range(kh):
                for b in range(kw):
                    total += image[i + a, j + b] * kernel[a, b]
            row.append(total)
        result.append(row)
    return result
