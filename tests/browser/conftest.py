"""The gallery, served to a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Visits, served
from tests.browser.gallery import build

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the gallery's page."""
    folder = tmp_path_factory.mktemp("gallery")
    build(folder)
    with served(folder) as address:
        yield f"{address}index.html"


@pytest.fixture
def open_page(visits: Visits, gallery: str) -> Open:
    """Open the gallery; at the end nothing may have been complained of, and nothing asked of another host."""

    def visit(width: int = 1280, height: int = 900, *, fragment: str = "", **more: object) -> Page:
        return visits.open(gallery + fragment, width, height, **more)

    return visit
