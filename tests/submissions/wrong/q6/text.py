# %% [markdown]
# misconception: text-for-numbers
# score: 0

# %% gap="q6"
q6 = "16"
