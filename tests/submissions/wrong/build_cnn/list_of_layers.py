# %% [markdown]
# misconception: not-a-model
# score: 0

# %% gap="build_cnn"
def build_cnn():
    return [
        ("Conv2D", 64, 3), ("MaxPooling2D", 2), ("Conv2D", 64, 3), ("MaxPooling2D", 2),
        ("Flatten",), ("Dense", 128), ("Dense", 10),
    ]
