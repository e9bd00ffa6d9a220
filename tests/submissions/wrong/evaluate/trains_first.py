# %% [markdown]
# misconception: trained-to-evaluate
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    model.fit(images, labels, epochs=1, verbose=0)
    return model.evaluate(images, labels, verbose=0)[1]
