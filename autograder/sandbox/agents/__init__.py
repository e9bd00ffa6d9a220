"""Files that run inside the sandbox, each by itself and without this package."""
