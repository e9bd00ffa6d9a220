# %% [markdown]
# road: counted one by one

# %% gap="count_parameters"
def count_parameters(filters, kernel, channels):
    count = 0
    for _ in range(filters):
        for _ in range(kernel):
            count += kernel * channels
        count += 1
    return count
