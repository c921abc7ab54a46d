"""The post that comes with catvis, as `make post` builds it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request, build_site
from tests.browser.chromium import (
    PAIRWISE,
    Visits,
    check_boxes,
    check_keyboard_zoom,
    check_mouse_zoom,
    check_state,
    check_touch_zoom,
    served,
    shifts_for_fonts,
    state_name,
    transferred,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]

POST, EXPLORER = "why-is-this-a-cat", "explore"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site over HTTP; its claims hold, or it would not have been built."""
    folder = tmp_path_factory.mktemp("shipped")
    content = Path(__file__).parents[2] / "content"
    settings = Settings(content=content, site=folder / "site", cache=folder / "cache")
    build_site(settings, Request((POST, EXPLORER), strict=True), Reporter(quiet=True))
    with served(settings.site) as site:
        yield site


@pytest.fixture(scope="module")
def address(shipped: str) -> str:
    """The post's page."""
    return f"{shipped}{POST}/"


@pytest.mark.parametrize(("width", "scheme", "script"), PAIRWISE)
def test_the_page_stands_in_every_state(
    visits: Visits, address: str, width: int, scheme: str, script: bool
) -> None:
    page = visits.open(address, width, color_scheme=scheme, java_script_enabled=script)
    check_state(page, width, state_name("shipped", width, scheme, script))


@pytest.mark.parametrize("width", [320, 768, 2560])
def test_it_fits_every_window(visits: Visits, address: str, width: int) -> None:
    check_boxes(visits.open(address, width), width)


def test_its_tiles_zoom_by_mouse_keyboard_and_touch(visits: Visits, address: str) -> None:
    page = visits.open(address)
    check_mouse_zoom(page, every=4)
    check_keyboard_zoom(page)
    phone = visits.open(address, 390, 844, has_touch=True, is_mobile=True, device_scale_factor=2)
    check_touch_zoom(phone, "shipped-390-touch")


def test_the_first_screen_shows_the_picture_and_the_answer(visits: Visits, address: str) -> None:
    page = visits.open(address, 1280, 900)
    for shown in ("[data-figure=cat] img", "article > p:has(strong)"):
        box = page.locator(shown).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900


def test_it_is_read_without_much_scrolling(visits: Visits, address: str) -> None:
    assert visits.open(address).evaluate("document.documentElement.scrollHeight") <= 9_000


@pytest.mark.parametrize("width", [1280, 390])
def test_on_the_home_page_words_stand_together_beside_a_high_picture(
    visits: Visits, shipped: str, width: int
) -> None:
    post = visits.open(shipped, width).locator(".posts > li").first
    heights = post.locator("h2, time").evaluate_all(
        "parts => parts.map(part => part.clientHeight / parseFloat(getComputedStyle(part).lineHeight))"
    )
    assert heights == pytest.approx([1, 1], abs=0.1)  # a line each


@pytest.mark.parametrize(("width", "height"), [(1350, 940), (412, 823)])
def test_little_moves_when_the_fonts_arrive(visits: Visits, address: str, width: int, height: int) -> None:
    assert shifts_for_fonts(visits.open(address, width, height)) < 0.1


def test_it_prints_on_few_pages(visits: Visits, address: str) -> None:
    page = visits.open(address)
    for image in page.locator("img").all():
        image.evaluate("image => { image.loading = 'eager'; }")
    page.wait_for_load_state("networkidle")
    printed = page.pdf(format="A4")
    assert len(printed) < 3_000_000
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 10


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_little_is_fetched_before_the_reader_scrolls(
    visits: Visits, address: str, width: int, height: int
) -> None:
    page = visits.open(address, width, height, device_scale_factor=2)
    assert transferred(page) <= 400 * 1024


@pytest.mark.parametrize(("width", "scheme", "script"), PAIRWISE)
def test_the_explorers_page_stands_in_every_state(
    visits: Visits, shipped: str, width: int, scheme: str, script: bool
) -> None:
    page = visits.open(f"{shipped}{EXPLORER}/", width, color_scheme=scheme, java_script_enabled=script)
    check_state(page, width, state_name("explorer", width, scheme, script))


def test_the_post_leads_to_an_explorer_of_nine_pictures(visits: Visits, address: str) -> None:
    page = visits.open(address)
    link = page.get_by_role("link", name="a page of its own")
    link.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")  # what is being fetched when a page is left counts as failed
    link.click()
    page.locator(".cv-begin").click()
    page.locator('[role="treeitem"] canvas').first.wait_for()
    assert page.locator(".cvx-choose").count() == 9
    for index in range(9):
        page.locator(".cvx-choose").nth(index).click()
        page.locator(f'.cvx-choose:nth-child({index + 1})[aria-pressed="true"]').wait_for()
        page.locator(".cvx:not([aria-busy])").wait_for()
        assert page.locator(".cvx-trouble").inner_text() == ""
