"""Marks on their way out: to Canvas, to Moodle, by question, and as JSON.

`class_marks` reads the gradebook, `canvas`, `moodle` and `plain` write, and `plugins` are the same
writers as exporters of nbgrader's own `export` command.
"""
