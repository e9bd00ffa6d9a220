"""The limits of one submission; beyond them it is stopped."""

from __future__ import annotations

from dataclasses import dataclass, fields

from course.errors import GradingError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

SMALLEST_ADDRESS_SPACE = 64 * MIB
FEWEST_PROCESSES = 4


@dataclass(frozen=True)
class Limits:
    """One submission's limits; sizes are in bytes, times in seconds.

    The defaults suit the course's largest notebook: importing TensorFlow alone reserves about
    3 GiB of addresses, of which well under 1 GiB is ever used.
    """

    address_space_bytes: int = 5 * GIB  # per process, RLIMIT_AS: addresses, not memory in use
    memory_bytes: int = 3 * GIB  # of all processes together, where a cgroup can be made
    processes: int = 256  # of all processes together; every thread counts as one
    file_bytes: int = 128 * MIB  # per file, RLIMIT_FSIZE
    scratch_bytes: int = 256 * MIB  # per writable folder: the home, /tmp and /dev/shm
    open_files: int = 1024  # per process, RLIMIT_NOFILE
    cpu_seconds: int = 1200  # per process, RLIMIT_CPU: in case the two times below fail
    threads: int = 2  # per numerical library, through its environment variable
    cell_seconds: float = 120.0
    notebook_seconds: float = 600.0
    interrupt_seconds: float = 2.0  # how long an interrupted cell may take to stop
    start_seconds: float = 60.0  # how long a kernel may take to answer its first message
    output_bytes: int = 1 * MIB  # of a notebook's printed and displayed output that is kept
    message_bytes: int = 16 * MIB  # of one frame of one message from the kernel
    received_bytes: int = 256 * MIB  # of everything that the kernel ever sends to the grader

    def __post_init__(self) -> None:
        """Refuse limits that would make every submission fail."""
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise _refusal(f"{field.name} must be greater than 0")
        if self.address_space_bytes < SMALLEST_ADDRESS_SPACE:
            raise _refusal(f"address_space_bytes must be at least {SMALLEST_ADDRESS_SPACE}")
        if self.processes < FEWEST_PROCESSES:
            raise _refusal(f"processes must be at least {FEWEST_PROCESSES}")
        if self.cell_seconds > self.notebook_seconds:
            raise _refusal("cell_seconds must not be greater than notebook_seconds")

    @property
    def hidden_seconds(self) -> float:
        """Time of the hidden tests, which run when all cells have run, and perhaps run again."""
        return self.notebook_seconds / 2

    def rlimits(self) -> dict[str, int]:
        """Return the operating system's limits by the names of Python's `resource` module."""
        return {
            "RLIMIT_AS": self.address_space_bytes,
            "RLIMIT_DATA": self.address_space_bytes,  # not the one of the grader's worker
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_CORE": 0,
            "RLIMIT_MSGQUEUE": 0,
        }


def _refusal(reason: str) -> GradingError:
    return GradingError(f"The sandbox's limits cannot be used: {reason}.", "Correct this limit.")
