"""The embedded stand-in: the same bytes everywhere, and hard enough to teach the lesson."""

import errno
import hashlib
import os
import time
from pathlib import Path

import numpy as np
import pytest
from support.lesson_models import measure

from course.data import drawn_images as standin
from course.data.idx import Amounts

# Raise standin.VERSION whenever this changes: cached files of the old bytes must not be read.
FIRST_IMAGES = "aced221b0a903d3a30307c306ea2ebdda60c1730558450c44a78012467349050"


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def whole_set() -> standin.Dataset:
    return standin.generate(Amounts(60_000, 10_000))


@pytest.fixture
def drawn_quickly(monkeypatch: pytest.MonkeyPatch, whole_set: standin.Dataset) -> list[Amounts]:
    """Let `generate` hand out the set drawn once; the list tells how often it was asked."""
    asked: list[Amounts] = []

    def generate(wanted: Amounts) -> standin.Dataset:
        asked.append(wanted)
        return whole_set

    monkeypatch.setattr(standin, "generate", generate)
    return asked


def digest_of(data: standin.Dataset) -> str:
    return hashlib.sha256(b"".join(a.tobytes() for split in data for a in split)).hexdigest()


def same(one: standin.Dataset, other: standin.Dataset) -> bool:
    return digest_of(one) == digest_of(other)


def test_the_bytes_are_those_of_this_version():
    drawn = standin.generate(Amounts(1000, 1000))
    assert (standin.VERSION, digest_of(drawn)) == (1, FIRST_IMAGES)


def test_the_whole_set_has_the_form_of_keras(whole_set):
    for (images, labels), size in zip(whole_set, (60_000, 10_000), strict=True):
        assert images.shape == (size, 28, 28) and images.dtype == np.uint8
        assert labels.shape == (size,) and labels.dtype == np.uint8
        assert np.bincount(labels).tolist() == [size // 10] * 10
        assert images.flags.writeable and labels.flags.writeable


def test_no_image_occurs_twice(whole_set):
    (images, _), (test_images, _) = whole_set
    seen = {image.tobytes() for image in images} | {image.tobytes() for image in test_images}
    assert len(seen) == 70_000


def test_labels_come_shuffled(whole_set):
    labels = whole_set[0][1]
    assert np.mean(labels[1:] == labels[:-1]) < 0.12, "neighbors agree by chance only"


def test_every_image_shows_something_on_a_dark_ground(whole_set):
    images = whole_set[1][0]
    inked = (images > 30).mean(axis=(1, 2))
    assert inked.min() > 0.02 and inked.max() < 0.9
    assert np.median(images[:, 0, 0]) == 0


def test_the_whole_set_is_drawn_in_a_few_seconds():
    # Processor time of a tenth, the best of three: other programs must not fail this.
    seconds = []
    while len(seconds) < 3 and min(seconds, default=9) >= 1.5:
        start = time.process_time()
        standin.generate(Amounts(6000, 1000))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1.5


@pytest.mark.parametrize("wanted", [1, 25, 999, 1000, 1001, 2500])
def test_a_subset_is_the_balanced_start_of_the_whole_set(wanted, whole_set):
    subset = standin.load_standin(Amounts(wanted, wanted))

    for (images, labels), (all_images, all_labels) in zip(subset, whole_set, strict=True):
        room = [wanted // 10 + (label < wanted % 10) for label in range(10)]
        chosen = []
        for index, label in enumerate(all_labels.tolist()):
            if room[label]:
                room[label] -= 1
                chosen.append(index)
        assert np.array_equal(images, all_images[chosen])
        assert np.array_equal(labels, all_labels[chosen])


def test_the_whole_set_is_drawn_once_and_then_cached(drawn_quickly, own_cache):
    first = standin.load_standin()
    second = standin.load_standin()

    assert len(drawn_quickly) == 1
    assert names_in(own_cache) == [f"standin-v{standin.VERSION}.npz"]
    assert same(first, second) and second[0][0].flags.writeable


@pytest.mark.parametrize("kind", ["truncated", "empty", "flipped", "wrong shape", "folder"])
def test_a_damaged_cache_is_drawn_again(kind, drawn_quickly, own_cache, whole_set):
    standin.load_standin()
    path = own_cache / f"standin-v{standin.VERSION}.npz"
    content = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "wrong shape":
        names = ("train_images", "train_labels", "test_images", "test_labels")
        np.savez(path, **{name: np.zeros(3, np.uint8) for name in names})
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"truncated": content[:middle], "empty": b"", "flipped": flipped}[kind])

    assert same(standin.load_standin(), whole_set)
    assert len(drawn_quickly) == 2


def test_a_cache_with_pickles_is_never_unpickled(drawn_quickly, own_cache, whole_set):
    class Bomb:
        def __reduce__(self) -> tuple:
            return (os.mkdir, (str(own_cache / "exploded"),))

    own_cache.mkdir()
    bomb = np.array([Bomb()], dtype=object)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    np.savez(own_cache / f"standin-v{standin.VERSION}.npz", **dict.fromkeys(names, bomb))

    assert same(standin.load_standin(), whole_set)
    assert not (own_cache / "exploded").exists()


def test_an_unwritable_cache_is_no_error(drawn_quickly, own_cache, whole_set):
    own_cache.write_bytes(b"a file where a folder should be")
    assert same(standin.load_standin(), whole_set)


def test_a_full_disk_leaves_nothing_half_written(drawn_quickly, own_cache, whole_set, monkeypatch):
    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_space)

    assert same(standin.load_standin(), whole_set)
    assert names_in(own_cache) == []


def test_the_cache_lies_where_the_user_keeps_caches(monkeypatch, tmp_path):
    name = f"standin-v{standin.VERSION}.npz"
    monkeypatch.delenv("COURSE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert standin.cache_path() == tmp_path / "xdg" / "convpool-course" / name
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert standin.cache_path() == tmp_path / ".cache" / "convpool-course" / name


@pytest.mark.slow
@pytest.mark.measured
def test_the_stand_in_teaches_the_lesson(whole_set):
    found = measure(whole_set, seed=1)
    print(f"stand-in: dense {found['dense']:.2%}, CNN {found['cnn']:.2%}")
    assert 0.80 <= found["dense"] <= 0.93
    assert found["cnn"] - found["dense"] >= 0.02
