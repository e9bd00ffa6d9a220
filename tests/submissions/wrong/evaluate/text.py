# %% [markdown]
# misconception: text-for-numbers
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    return f"{model.evaluate(images, labels, verbose=0)[1]:.2f}"
