"""The folder that is visible read-only in the sandbox, with the package `convpool_agent`."""

from pathlib import Path

AGENT_FOLDER = Path(__file__).parent
"""Put it on the `sys.path` of a kernel that is to import `convpool_agent`."""
