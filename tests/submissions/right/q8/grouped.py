# %% [markdown]
# road: digits in groups

# %% gap="q8"
q8 = 2_88
