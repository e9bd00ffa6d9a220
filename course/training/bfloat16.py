"""Trains with numbers of 16 bits where the processor computes with them: in about half the time."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager
from pathlib import Path

FEWEST = 10_000
"""With fewer images there is little to gain."""

_CPU = Path("/proc/cpuinfo")
_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})


def has_bfloat16() -> bool:
    """Whether this processor multiplies numbers of 16 bits; where Linux does not say it, not."""
    try:
        return not _FLAGS.isdisjoint(_CPU.read_text(errors="replace").split())
    except OSError:
        return False


@contextmanager
def bfloat16(images: Sized) -> Iterator[None]:
    """Let TensorFlow multiply in bfloat16 in the block, and add in 32 bits.

    Weights, losses and all that is computed afterwards have 32 bits. Nothing changes for fewer
    than FEWEST images, and where the processor has no bfloat16.
    """
    import tensorflow as tf

    option = "auto_mixed_precision_onednn_bfloat16"
    switch = tf.config.optimizer.set_experimental_options
    switch({option: len(images) >= FEWEST and has_bfloat16()})
    try:
        yield
    finally:
        switch({option: False})
