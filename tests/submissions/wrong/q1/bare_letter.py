# %% [markdown]
# misconception: letter-without-quotes
# score: 0

# %% gap="q1"
q1 = b
