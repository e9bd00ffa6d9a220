# %% [markdown]
# road: as in the lesson

# %% gap="evaluate"
def evaluate(model, images, labels):
    test_loss, test_acc = model.evaluate(images, labels)
    print("Test loss: ", test_loss)
    return test_acc
