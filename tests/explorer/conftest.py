"""A page that holds the explorer's scripts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from catvis.networks.network import Network
from tests.explorer.pages import Inbox, InPage, inbox

Open = Callable[[Network], InPage]


@pytest.fixture(scope="session")
def page(shell: Browser) -> Iterator[Page]:
    """A page for all: to start one takes longer than most that is asked of it."""
    context = shell.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def box() -> Iterator[Inbox]:
    with inbox() as box:
        yield box


@pytest.fixture(params=[True, False], ids=["wasm", "plain"])
def opened(page: Page, box: Inbox, request: pytest.FixtureRequest) -> Open:
    """Open a network in an empty page, once by WebAssembly and once without."""
    page.goto(box.address)
    return lambda network: InPage(page, box, network, wasm=request.param)
