# %% [markdown]
# misconception: several-results
# score: 0

# %% gap="q8"
q8 = 288,
