# %% [markdown]
# misconception: letter-without-quotes
# score: 0

# %% gap="q5"
q5 = ac  # two options
