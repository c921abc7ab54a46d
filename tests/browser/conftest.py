"""A real Chromium, and the gallery served to it over HTTP."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.gallery import build

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the gallery's page."""
    folder = tmp_path_factory.mktemp("gallery")
    build(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one that Playwright has fetched, or else the system's."""
    with sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        for path in (None, system):
            try:
                chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            except Error:
                continue
            yield chromium
            chromium.close()
            return
        pytest.skip("there is no Chromium: `playwright install chromium`, or the system's package")


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, gallery: str) -> Iterator[Open]:
    """Open the gallery; at the end nothing may have been complained of, and nothing asked of another host."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def visit(width: int = 1280, height: int = 900, *, fragment: str = "", **more: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]  # Playwright's own keywords
        # A machine that does other things at the same time may take a while over ten thousand rows of pixels.
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
        page.on(
            "response", lambda got: trouble.append(f"{got.status}: {got.url}") if got.status >= 400 else None
        )
        host = gallery.rsplit("/", 1)[0]
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((host, "data:"))
                else trouble.append(f"another host: {asked.url}")
            ),
        )
        page.goto(gallery + fragment, wait_until="load")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert trouble == []
