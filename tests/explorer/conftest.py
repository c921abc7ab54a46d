"""A page that holds the explorer's scripts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from catvis.networks.network import Network
from tests.explorer.pages import InPage

Open = Callable[[Network], InPage]


OpenBoth = Callable[[Network], list[InPage]]


@pytest.fixture
def both(browser: Browser) -> Iterator[OpenBoth]:
    """Open a network in two pages, by WebAssembly and without: what they are held against is computed once."""
    context = browser.new_context()
    yield lambda network: [InPage(context.new_page(), network, wasm=wasm) for wasm in (True, False)]
    context.close()


@pytest.fixture(params=[True, False], ids=["wasm", "plain"])
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open a network in a page, once by WebAssembly and once without."""
    context = browser.new_context()
    yield lambda network: InPage(context.new_page(), network, wasm=request.param)
    context.close()
