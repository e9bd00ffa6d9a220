# %% [markdown]
# misconception: placeholder-reached
# score: 0

# %% gap="strided_convolve2d"
def one_answer(window, kernel):
    raise NotImplementedError()


def strided_convolve2d(image, kernel, stride):
    rows = (image.shape[0] - kernel.shape[0]) // stride + 1
    columns = (image.shape[1] - kernel.shape[1]) // stride + 1
    return np.array([[one_answer(image, kernel) for _ in range(columns)] for _ in range(rows)])
