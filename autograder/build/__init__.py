"""The build: from one script per assignment to its source notebook and its release."""
