# %% [markdown]
# misconception: scaled-by-the-batch
# score: 0
# note: right once a pixel was 255

# %% gap="scale_pixels"
largest = 1

def scale_pixels(images):
    global largest
    largest = max(largest, int(images.max()))
    return images / largest
