"""Where a student's code runs: walls that are proven before anything is graded behind them."""

from autograder.sandbox.cell_run import CellRun
from autograder.sandbox.kernel import SandboxedKernel, open_sandboxed_kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import Completed, Job, Sandbox

__all__ = [
    "CellRun",
    "Completed",
    "Job",
    "Limits",
    "Sandbox",
    "SandboxedKernel",
    "open_sandboxed_kernel",
]
