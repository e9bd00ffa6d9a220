# %% [markdown]
# # Exercise 5: The quiz
#
# | | |
# |---|---|
# | **You will be able to** | say in your own words, and in numbers, what convolutions and pooling do |
# | **You need** | the lesson and the four exercises |
# | **Time** | about 15 minutes |
# | **Training costs** | nothing is trained here |
# | **Points** | 20, two for each question |
#
# Answer by writing your answer in place of `None`: a letter in quotes such as `"a"`, letters such as
# `"ac"` where several may be right, or a number. The check below each answer says whether it can be
# read, not whether it is right: you see that when it is graded. The first three questions are those
# of the quiz at the end of the lesson, where each choice is explained; the other seven are new. To
# practice for these, use `practice.ipynb` or `course quiz`.

# %% questions="quiz.md"

# %% [markdown]
# **What you have seen.** What you can say without looking it up: what a convolution and a pooling do,
# what their strides change, which shapes come out, and what a layer costs.
#
# **Common mistakes.** The size without "+ 1"; forgetting the biases; letters without quotes.
#
# **Next:** restart the kernel and run all cells: every check should say that your answer is noted.
# Then save the notebook and hand it in. See it explained once more:
# [convolutions and pooling](https://youtu.be/PCgLmzkRM38).
