"""Every browser test has a browser."""

from support.browsing import browser  # noqa: F401 -- a fixture
