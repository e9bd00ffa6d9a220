# %% [markdown]
# misconception: returned-nothing
# score: 0

# %% gap="evaluate"
def evaluate(model, images, labels):
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    print(accuracy)
