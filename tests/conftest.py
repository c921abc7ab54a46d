"""What many tests share: shapes and types checked at every call, and fixtures."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jaxtyping import install_import_hook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.browser.chromium import Visits
    from tests.small_world import World

# Before anything of these is imported. Modules without arrays are left to mypy.
install_import_hook(
    [
        *("catvis.backward", "catvis.drawing.density", "catvis.drawing.display", "catvis.drawing.encode"),
        *("catvis.jobs.ascent", "catvis.jobs.dreaming", "catvis.jobs.look", "catvis.networks"),
    ],
    "beartype.beartype",
)
# So that what a page got wrong is printed.
pytest.register_assert_rewrite("tests.browser.chromium")
# Tests start hundreds of processes of the program: what the first has compiled is kept for the others, and for the
# next run, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What a shell starts in the background ignores Ctrl-C, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Tests that run beside others have one thread each: threads that wait for each other on taken cores wait long.
# Their children inherit it, as these workers have inherited what is set for tests that run alone.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"
else:
    os.environ.setdefault("OMP_NUM_THREADS", "2")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real weights, pictures and the original post; without it a test skips and says so."""
    if not (SHARED / "weights").is_dir():
        pytest.skip("the folder ../shared with real weights is missing")
    return SHARED


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty content folder with the weights of `small`, which the whole program then knows."""
    from tests.small_world import SmallSource, World, small_source

    monkeypatch.setattr("catvis.site.gather.source", small_source)
    monkeypatch.setattr("catvis.commands.inspect.source", small_source)
    monkeypatch.setattr("catvis.interface.opened.source", small_source)
    SmallSource.loads.clear()
    made = World(tmp_path)
    made.write_weights()
    return made


@pytest.fixture
def at_home(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, whose folder is the working directory; its weights are found by the environment."""
    monkeypatch.chdir(world.folder)
    monkeypatch.setenv("CATVIS_WEIGHTS", str(world.settings.weights))
    return world


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, whole, as readers have it."""
    yield from launched(playwright, "chromium", "google-chrome")


@pytest.fixture(scope="session")
def shell(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without all that is around a page, where that is there: the same engine, in less time."""
    yield from launched(playwright, "chromium-headless-shell", "chromium", "google-chrome")


def launched(playwright: Playwright, *names: str) -> Iterator[Browser]:
    """A browser: the one that Playwright has fetched, or else the first of the system's that starts."""
    from playwright.sync_api import Error

    for path in (None, *filter(None, map(shutil.which, names))):
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error:
            continue
        yield chromium
        chromium.close()
        return
    pytest.skip("there is no Chromium: `playwright install chromium`, or the system's package")


@pytest.fixture
def visits(shell: Browser) -> Iterator[Visits]:
    """Opens pages; at the end none may have complained of anything, nor asked another host for anything."""
    from tests.browser.chromium import visited

    yield from visited(shell)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that at the end no worker is left alone with one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every test has to run (``CATVIS_NO_SKIPS``), a skipped one fails the whole run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CATVIS_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("tests were skipped, and CATVIS_NO_SKIPS is set", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
