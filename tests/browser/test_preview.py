"""What an author sees while writing: mistakes where they are, progress, and the page as it will be published."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from catvis.digests import digest
from catvis.loopback import HOST
from catvis.preview import watching
from catvis.progress import Reporter
from catvis.site.build import Request, build_site
from catvis.site.manifest import manifest
from tests.browser.chromium import photograph
from tests.small_world import POST, World, paths

pytestmark = pytest.mark.browser
MISTAKEN = "  other: {units: [conv66_1]}\n"
RIGHT = paths("units: [conv1_0, conv1_1]")
TWO = f"{POST}\n![Another](imgs/other.png)\n"


@dataclass
class Preview:
    """A running preview of a small world, whose builds stand still until they may go on."""

    world: World
    port: int
    may_go_on: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/a/"

    def build(self, told: Reporter) -> str:
        if not self.may_go_on.is_set():
            told("pictures scanned", 32, 768)
            self.may_go_on.wait(20)
        build_site(self.world.settings, Request(), told)
        return digest(manifest(self.world.settings.site))

    def pause(self, _: float) -> None:
        if self.ended.wait(0.05):
            raise KeyboardInterrupt


@pytest.fixture
def preview(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    world.write_post(RIGHT + "  other: {units: [conv2_1]}\n", TWO)
    with socket.create_server((HOST, 0)) as server:
        running = Preview(world, server.getsockname()[1])
    running.may_go_on.set()
    world.build()
    monkeypatch.setattr(watching, "sleep", running.pause)
    answers = Event()
    thread = Thread(
        target=watching.serve,
        args=(world.settings, running.port, running.build, Reporter(quiet=True)),
        kwargs={"shown": lambda _: answers.set()},
    )
    thread.start()
    assert answers.wait(10)
    yield running
    running.may_go_on.set()
    running.ended.set()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def page(browser: Browser, preview: Preview) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(preview.address)
    yield opened
    context.close()


def test_the_pages_own_script_runs(page: Page) -> None:
    page.locator(".cv-picture").first.click()
    expect(page.locator(".cv-details").first).to_be_visible()
    assert page.evaluate("location.hash") == "#conv1_0"


def test_a_mistake_stands_over_its_figure_until_it_is_mended(page: Page, preview: Preview) -> None:
    preview.world.write_post(RIGHT + MISTAKEN, TWO)
    board = page.get_by_role("alert")
    expect(board).to_contain_text("paths.yaml:5")
    expect(board).to_contain_text("conv66")
    expect(board).to_contain_text("did you mean conv2?")
    mistaken, right = (page.locator(f'[data-figure="{name}"]') for name in ("other", "figure"))
    expect(mistaken.locator(".catvis-mistake")).to_contain_text("conv66")
    assert (
        page.evaluate("stage => stage.style.opacity", mistaken.locator(".cv-stage").element_handle()) == "0.3"
    )
    assert right.locator(".catvis-mistake").count() == 0
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        photograph(page, f"preview-mistake-{width}", full_page=True)
    preview.world.write_post(RIGHT + "  other: {units: [conv2_0]}\n", TWO)
    expect(page.locator("#conv2_0")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_empty()
    assert page.locator(".catvis-mistake").count() == 0


def test_a_mistake_that_is_taken_back_leaves_the_page_as_it_was(page: Page, preview: Preview) -> None:
    preview.world.write_post(RIGHT + MISTAKEN, TWO)
    expect(page.locator(".catvis-mistake")).to_be_visible()
    preview.world.write_post(RIGHT + "  other: {units: [conv2_1]}\n", TWO)
    expect(page.locator(".catvis-mistake")).to_have_count(0)
    assert page.locator('[data-figure="other"] .cv-stage').get_attribute("style").count("opacity") == 0


def test_long_work_is_shown_while_it_lasts(page: Page, preview: Preview) -> None:
    preview.may_go_on.clear()
    preview.world.write_post(RIGHT + "  other: {units: [conv2_0]}\n", TWO)
    expect(page.get_by_role("status")).to_contain_text("pictures scanned: 32 of 768")
    preview.may_go_on.set()
    expect(page.locator("#conv2_0")).to_be_visible()
    expect(page.get_by_role("status")).to_be_hidden()


def test_two_mistakes_in_one_figure_leave_it_as_it_was(page: Page) -> None:
    page.add_init_script("globalThis.EventSource = class { constructor() { globalThis.source = this; } };")
    page.reload()
    stage = page.locator('[data-figure="other"] .cv-stage')
    tell = """messages => source.onmessage({ data: JSON.stringify({
      edition: document.querySelector("script[data-edition]").dataset.edition, progress: "",
      mistakes: messages.map(message => ({ figure: "other", message })) }) })"""
    page.evaluate(tell, ["one", "another"])
    expect(page.locator(".catvis-mistake")).to_have_count(2)
    page.evaluate(tell, [])
    expect(page.locator(".catvis-mistake")).to_have_count(0)
    assert "opacity: 0.3" not in (stage.get_attribute("style") or "")
