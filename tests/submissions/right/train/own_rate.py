# %% [markdown]
# road: Adam with settings of one's own

# %% gap="train"
def train(model, images, labels, epochs):
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.003, beta_1=0.8, clipnorm=1.0)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, batch_size=100, epochs=epochs, verbose=0)
