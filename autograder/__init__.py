"""The instructor's side: build, sandbox, trusted tests, gradebook, reports."""
