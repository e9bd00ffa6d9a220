# %% [markdown]
# road: evaluate as a dictionary

# %% gap="evaluate"
def evaluate(model, images, labels):
    return model.evaluate(images, labels, verbose=0, return_dict=True)["accuracy"]
