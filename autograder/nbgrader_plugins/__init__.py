"""nbgrader's own commands on this course: configuration, the autograde step, pages, exports."""
