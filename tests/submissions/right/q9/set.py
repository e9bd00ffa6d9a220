# %% [markdown]
# road: a set

# %% gap="q9"
q9 = {"A", "D", "E"}
