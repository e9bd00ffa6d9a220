# %% [markdown]
# misconception: measured-on-a-part
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images[:32], labels[:32], verbose=0)[1]
