# %% [markdown]
# misconception: not-a-function
# score: 0

# %% gap="scale_pixels"
scale_pixels = train_images / 255.0
