# %% [markdown]
# misconception: measured-on-a-part
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    half = len(images) // 2
    return model.evaluate(images[half:], labels[half:], verbose=0)[1]
