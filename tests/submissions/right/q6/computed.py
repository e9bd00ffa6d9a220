# %% [markdown]
# road: a fraction with a whole value

# %% gap="q6"
q6 = (31 + 2 * 3 - 7) / 2 + 1
