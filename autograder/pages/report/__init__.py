"""The class report: one web page on the marks, exercises, quiz, times and flags of a class."""
