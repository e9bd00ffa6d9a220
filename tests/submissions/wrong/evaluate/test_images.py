# %% [markdown]
# misconception: arguments-ignored
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(test_images[..., np.newaxis] / 255.0, test_labels, verbose=0)[1]
