# %% [markdown]
# misconception: asks-for-input
# score: 0

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    size = int(input("How large is the image? "))
    return (size + 2 * padding - kernel) // stride + 1
