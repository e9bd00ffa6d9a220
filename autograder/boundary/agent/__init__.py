"""The folder that the sandbox binds read-only, for `convpool_agent` in the student's kernel."""

from pathlib import Path

AGENT_FOLDER = Path(__file__).parent
"""To be put on the kernel's `sys.path`: the package `convpool_agent` is in it."""
