# %% [markdown]
# road: a list of letters

# %% gap="q5"
q5 = ["f", "e"]
