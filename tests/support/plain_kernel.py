"""A kernel without a sandbox, and a channel to the agent in it."""

import os
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager

from autograder.boundary.agent import AGENT_FOLDER
from autograder.boundary.channel import FileChannel
from autograder.boundary.standin import fetch

LATE = 60.0


class Student:
    """A plain local kernel, and a channel to it."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(AGENT_FOLDER), "IPYTHONDIR": str(folder)}
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=environment, cwd=str(folder))
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LATE)
        self.requests, self.replies = folder / "request", folder / "reply"
        self.requests.touch()
        self.replies.touch()
        self.channel = FileChannel(self.requests, self.replies, self.serve)
        self.printed = ""

    def serve(self, number: int, requests: str, replies: str, timeout: float) -> None:
        code = f"__import__('convpool_agent').serve({number}, {requests!r}, {replies!r})"

        def note(message: dict[str, Any]) -> None:
            self.printed += message["content"].get("text", "")

        self.client.execute_interactive(code, silent=True, timeout=timeout, output_hook=note)

    def run(self, cell: str) -> None:
        reply = self.client.execute_interactive(cell, timeout=LATE, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]

    def __getitem__(self, name: str) -> Any:
        return fetch(self.channel, name, LATE)

    def stop(self) -> None:
        self.channel.close()
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
