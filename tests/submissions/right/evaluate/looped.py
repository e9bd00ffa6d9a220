# %% [markdown]
# road: one image after the other

# %% gap="evaluate"
def evaluate(model, images, labels):
    right = 0
    for scores, label in zip(model.predict(images, verbose=0), labels):
        right += int(np.argmax(scores) == label)
    return right / len(labels)
