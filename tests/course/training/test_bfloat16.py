"""Numbers of 16 bits are used in a long training only, and only where the processor has them."""

from pathlib import Path

import pytest

from course.training import bfloat16 as module
from course.training.bfloat16 import FEWEST, bfloat16, has_bfloat16

OPTION = "auto_mixed_precision_onednn_bfloat16"


def option() -> bool:
    import tensorflow as tf

    return tf.config.optimizer.get_experimental_options().get(OPTION, False)


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_CPU", tmp_path / "cpuinfo")
    return tmp_path / "cpuinfo"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("avx2 amx_bf16 amx_tile", True), ("avx512_bf16", True), ("avx512f", False), (None, False)],
)
def test_the_processor_says_what_it_has(processor: Path, flags: str | None, expected: bool) -> None:
    if flags is not None:
        processor.write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\n")

    assert has_bfloat16() is expected


@pytest.mark.parametrize(
    ("flags", "count", "expected"),
    [("amx_bf16", FEWEST, True), ("amx_bf16", FEWEST - 1, False), ("avx2", FEWEST, False)],
)
def test_it_is_on_in_the_block_alone(
    processor: Path, flags: str, count: int, expected: bool
) -> None:
    processor.write_text(f"flags : {flags}\n")

    with bfloat16(range(count)):
        assert option() is expected
    assert option() is False
    with pytest.raises(KeyError), bfloat16(range(count)):
        raise KeyError
    assert option() is False


@pytest.mark.skipif(not has_bfloat16(), reason="this processor has no bfloat16")
def test_what_is_trained_has_32_bits_and_differs_by_rounding_alone() -> None:
    import numpy as np
    import tensorflow as tf

    def trained(is_long: bool) -> list[np.ndarray]:
        tf.keras.utils.set_random_seed(1)
        layers = [tf.keras.layers.Conv2D(64, 3), tf.keras.layers.Flatten()]
        model = tf.keras.Sequential([tf.keras.Input((9, 9, 8)), *layers, tf.keras.layers.Dense(10)])
        model.compile("adam", loss="mse")
        images = np.random.default_rng(1).random((256, 9, 9, 8), "float32")
        with bfloat16(range(FEWEST) if is_long else images):
            model.fit(images, images[:, 0, 0, :1], batch_size=64, epochs=2, verbose=0)
        return model.get_weights()

    for one, other in zip(trained(is_long=True), trained(is_long=False), strict=True):
        assert one.dtype == other.dtype == np.float32
        assert 0 < np.abs(one - other).max() < 0.01
