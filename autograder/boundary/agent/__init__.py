"""The folder that the sandbox binds read-only, for `convpool_agent` in the student's kernel."""
