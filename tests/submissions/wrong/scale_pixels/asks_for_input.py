# %% [markdown]
# misconception: asks-for-input
# score: 0

# %% gap="scale_pixels"
def scale_pixels(images):
    largest = float(input("What is the largest pixel? "))
    return images / largest
