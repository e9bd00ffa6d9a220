# %% [markdown]
# # Exercise 5: The quiz
#
# | | |
# |---|---|
# | **You will be able to** | say in your own words, and in numbers, what convolutions and pooling do |
# | **You need** | the lesson and the four exercises |
# | **Time** | about 15 minutes |
# | **Points** | 20, two for each question |
#
# Answer by writing your answer in place of `None`: a letter in quotes such as `"a"`, letters such as
# `"ac"` where several may be right, or a number. The check below each answer says whether it can be
# read, not whether it is right: that you see when it is graded. To practice with explanations first,
# use the quiz at the end of the lesson, or `course quiz`.

# %% questions="quiz.md"

# %% [markdown]
# **Done?** Restart the kernel and run all cells: every check should say that your answer is noted.
# Then save the notebook and hand it in.
