# %% [markdown]
# misconception: trained-on-test-images
# score: 0

# %% gap="train"
def train(model, images, labels, epochs):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = test_images[..., np.newaxis] / 255.0
    return model.fit(images, test_labels, epochs=epochs, verbose=0)
