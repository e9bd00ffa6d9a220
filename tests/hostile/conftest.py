"""Arenas that are prepared once, and what each class is like without an attacker."""

import ctypes
import os
from collections.abc import Iterator

import pytest
from support.arena import Arena, Outcome

from autograder.folders import CourseFolder

PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture(scope="session", autouse=True)
def orphans_come_to_us() -> Iterator[None]:
    """Make every process that outlives its parent a child of this one, where it is seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@pytest.fixture(scope="session")
def arena(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """The class that reshapes images: no TensorFlow, hence quick."""
    opened = Arena(course, "reshape", tmp_path_factory.mktemp("reshape"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def alone(arena: Arena, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """That class without an attacker."""
    return arena.grade(tmp_path_factory.mktemp("alone"), {}, {})


@pytest.fixture(scope="session")
def cnn_arena(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """The class that builds and trains networks."""
    opened = Arena(course, "cnn", tmp_path_factory.mktemp("cnn"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def cnn_alone(cnn_arena: Arena, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """That class without an attacker."""
    return cnn_arena.grade(tmp_path_factory.mktemp("cnn-alone"), {}, {})
