"""The open exercise `improve`: each network trained in the sandbox, judged outside it.

images       what a notebook may see, and the images that are kept from it
source       the learner's notebook with the judging in its test cell
scoring      what runs in that cell, on the trusted side
board        every submission of a class through the grader, its results kept
standing     accuracies, ties and ranks
leaderboard  the table as CSV, Markdown and HTML
"""
