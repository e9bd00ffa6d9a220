# %% [markdown]
# misconception: evaluated-on-training-images
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(train_images[..., np.newaxis] / 255.0, train_labels, verbose=0)[1]
