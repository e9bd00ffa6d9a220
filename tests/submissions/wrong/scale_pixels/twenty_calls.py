# %% [markdown]
# misconception: kept-between-calls
# score: 0

# %% gap="scale_pixels"
calls = []

def scale_pixels(images):
    calls.append(1)
    return images / (255.0 if len(calls) <= 20 else 256.0)
