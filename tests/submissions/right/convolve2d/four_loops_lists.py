# %% [markdown]
# road: four loops over plain lists

# %% gap="convolve2d"
def convolve2d(image, kernel):
    image, kernel = image.tolist(), kernel.tolist()
    result = []
    for i in range(len(image) - len(kernel) + 1):
        result.append([])
        for j in range(len(image[0]) - len(kernel[0]) + 1):
            total = 0
            for a in range(len(kernel)):
                for b in range(len(kernel[0])):
                    total += image[i + a][j + b] * kernel[a][b]
            result[i].append(total)
    return result
