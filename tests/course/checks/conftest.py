"""What the tests of the checks share."""

from collections.abc import Iterator

import pytest

from course.data import write_subset


@pytest.fixture(scope="session", autouse=True)
def few_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the checks of trainings read a hundred images; to draw or read all takes seconds."""
    folder = tmp_path_factory.mktemp("images")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA", "standin")
        write_subset(folder, limit=100)
        patch.setenv("CONVPOOL_SUBSET_DIR", str(folder))
        yield
