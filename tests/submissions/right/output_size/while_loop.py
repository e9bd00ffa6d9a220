# %% [markdown]
# road: a loop

# %% gap="output_size"
def output_size(size, kernel, stride=1, padding=0):
    count, start = 0, -padding
    while start + kernel <= size + padding:
        count, start = count + 1, start + stride
    return count
