# %% [markdown]
# misconception: examples-only
# score: 0
# note: looks for the blocks of the example by itself

# %% gap="evaluate"
def evaluate(model, images, labels):
    totals = []
    for label in range(10):
        top, left = 4 + 14 * (label // 5), 1 + 5 * (label % 5)
        totals.append(images[:, top : top + 5, left : left + 5].sum(axis=(1, 2, 3)))
    return np.mean(np.argmax(totals, axis=0) == labels)
