from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Visits, visited


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """As everywhere, but in the whole browser: whole posts are looked at as readers have them."""
    yield from visited(browser)
