# %% [markdown]
# road: one batch of all images

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images, labels, steps=1, verbose=0)[1]
