"""A kernel that runs cells as one does that a person watches in JupyterLab."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from jupyter_client.manager import start_new_kernel


class WatchedKernel:
    """A kernel whose frontend can answer `input()`, as JupyterLab can."""

    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def run(self, source: str) -> str:
        """Run code; return all messages that came of it, as one text."""
        shown: list[str] = []

        def note(message: dict) -> None:
            content = message["content"]
            if message["msg_type"] != "execute_input":
                shown.append(str(content.get("data", content.get("text", ""))))

        reply = self.client.execute_interactive(
            source, allow_stdin=True, timeout=60, output_hook=note
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "\n".join(shown)

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def watched_kernel() -> Iterator[WatchedKernel]:
    """Run such a kernel, in which nothing says that a notebook is being graded."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("NBGRADER_EXECUTION", raising=False)
        started = WatchedKernel()
    yield started
    started.stop()
