"""Runs a student's code behind walls, and proves that the walls hold."""

from autograder.sandbox.bubblewrap_sandbox import detect_sandbox
from autograder.sandbox.cell_run import CellRun, KernelCall
from autograder.sandbox.kernel import SandboxedKernel, open_sandboxed_kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import Job, Sandbox

__all__ = [
    "CellRun",
    "Job",
    "KernelCall",
    "Limits",
    "Sandbox",
    "SandboxedKernel",
    "detect_sandbox",
    "open_sandboxed_kernel",
]
