# %% [markdown]
# misconception: returned-nothing
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    print("accuracy:", model.evaluate(images, labels, verbose=0)[1])
