from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Locator

from tests.browser.chromium import (
    SCREENSHOTS,
    check_boxes,
    check_keyboard_zoom,
    check_mouse_zoom,
    check_state,
    check_touch_zoom,
    photograph,
    scroll_through,
    shifts_for_fonts,
    state_name,
    transferred,
)
from tests.browser.conftest import Open
from tests.browser.gallery import SIDE

pytestmark = pytest.mark.browser

STATES = list(itertools.product((1280, 390), ("light", "dark"), (True, False)))


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "script"), STATES)
def test_the_page_stands_in_every_state(open_page: Open, width: int, scheme: str, script: bool) -> None:
    page = open_page(width, color_scheme=scheme, java_script_enabled=script)
    check_state(page, width, state_name("gallery", width, scheme, script))
    assert page.locator(".cv-picture > img, .cv-grid").count() > 30


@pytest.mark.parametrize("width", [320, 360, 600, 768, 1000, 1440, 2560])
def test_no_width_is_too_small_or_too_large(open_page: Open, width: int) -> None:
    check_boxes(open_page(width), width)


@pytest.mark.parametrize("width", [1280, 390])
def test_boxes_are_where_the_layout_says(open_page: Open, width: int) -> None:
    page = open_page(width)
    wrong = page.evaluate("""() => [...document.querySelectorAll('.cv-stage')].flatMap(stage => {
      const origin = stage.getBoundingClientRect(), lines = [...stage.querySelectorAll('.cv-lines')];
      const shown = lines.filter(svg => svg.checkVisibility());
      const last = Math.max(...[...stage.querySelectorAll('.cv-unit')].flatMap(unit => [...unit.children]
        .filter(part => part.checkVisibility()).map(part => part.getBoundingClientRect().bottom)));
      const out = [];
      if (lines.length && shown.length !== 1) out.push('layouts shown: ' + shown.length);
      // Words may take fewer lines than were kept for them, never more.
      if (last - origin.bottom > 1.5 || origin.bottom - last > 36) out.push(`ends ${last - origin.bottom} off`);
      return out;
    })""")
    assert wrong == []


@pytest.mark.slow
def test_the_mouse_zooms_to_twice_the_size_inside_the_window(open_page: Open) -> None:
    check_mouse_zoom(open_page())


def test_a_tile_holds_the_networks_pixels_and_at_rest_is_no_larger(open_page: Open) -> None:
    page = open_page()
    widths = page.evaluate("""() => [...document.querySelectorAll('.cv-picture > img')]
      .map(image => [image.naturalWidth || Number(image.getAttribute('width')), image.clientWidth])""")
    assert {pixels for pixels, _ in widths} == {SIDE}
    assert max(shown for _, shown in widths) <= SIDE


def test_the_keyboard_zooms_and_escape_ends_it(open_page: Open) -> None:
    check_keyboard_zoom(open_page())


def test_touch_shows_the_tile_large_with_its_details(open_page: Open) -> None:
    page = open_page(390, 844, has_touch=True, is_mobile=True, device_scale_factor=2)
    check_touch_zoom(page, "gallery-390-touch")


@pytest.mark.parametrize("script", [True, False])
def test_a_click_opens_the_details(open_page: Open, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    picture = page.locator("#fc6_1068-conv5_130 .cv-picture")
    picture.click()
    panel = page.locator(".cv-details:popover-open")
    assert panel.count() == 1
    text = panel.inner_text()
    assert "fc6_1068→conv5_130" in text
    assert "catvis attribute" in text
    assert panel.locator("a").get_attribute("href") == "#fc6_1068-conv5_130"
    page.wait_for_timeout(300)
    photograph(page, f"gallery-1280-details-{'with' if script else 'without'}-script")
    if script:
        assert page.url.endswith("#fc6_1068-conv5_130")
    page.keyboard.press("Escape")
    assert panel.count() == 0


def test_a_permanent_link_opens_the_details(open_page: Open) -> None:
    page = open_page(fragment="#fc6_600-conv5_129")
    assert "fc6_600→conv5_129" in page.locator(".cv-details:popover-open").inner_text()


def test_a_figure_shown_twice_has_anchors_of_its_own(open_page: Open) -> None:
    page = open_page()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))


def test_details_stay_beside_their_tile(open_page: Open) -> None:
    page = open_page(1600)
    for index in (3, 8, 20):
        picture = page.locator(".cv-picture").nth(index)
        picture.click()
        page.wait_for_timeout(250)
        panel = page.locator(".cv-details:popover-open").bounding_box()
        assert panel is not None
        assert panel["x"] >= 0
        assert panel["x"] + panel["width"] <= 1600
        assert panel["y"] >= 0
        assert panel["y"] + panel["height"] <= 900
        page.keyboard.press("Escape")


_COVERED = """panel => {
  const box = panel.getBoundingClientRect();
  return [...panel.closest('.cv-stage').querySelectorAll('.cv-picture, .cv-look')].filter(tile => {
    const its = tile.getBoundingClientRect();
    return its.right > box.left && its.left < box.right && its.bottom > box.top && its.top < box.bottom;
  }).length;
}"""


@pytest.mark.parametrize(("figure", "width"), [("input", 1280), ("rules", 1280), ("five", 1800)])
def test_details_cover_no_tile_where_there_is_room(open_page: Open, figure: str, width: int) -> None:
    page = open_page(width)
    for picture in page.locator(f"[data-figure={figure}] .cv-picture").all():
        picture.evaluate("tile => tile.scrollIntoView({block: 'center'})")
        picture.click()
        panel = page.locator(".cv-details:popover-open")
        panel.wait_for()
        assert panel.evaluate(_COVERED) == 0
        page.keyboard.press("Escape")


def test_a_button_copies_the_command(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#fc6_1068-conv5_130 .cv-picture").click()
    copy = page.locator(".cv-details:popover-open .cv-copy")
    copy.click()
    page.wait_for_function("button => button.textContent === 'Copied'", arg=copy.element_handle())
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'catvis attribute menagerie cat.png "fc6_1068→conv5_130" -o tile.png'


def test_without_a_script_no_button_promises_to_copy(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.locator("#fc6_1068-conv5_130 .cv-picture").click()
    assert page.locator(".cv-details:popover-open .cv-copy").is_hidden()


def test_the_keyboard_reaches_grids_and_zooms_them(open_page: Open) -> None:
    page = open_page()
    unit = page.locator("[data-figure=kept] .cv-unit").nth(1)
    grids = unit.locator(".cv-grid")
    small = grids.nth(0).bounding_box()
    assert small is not None
    unit.locator(".cv-picture").focus()
    page.keyboard.press("Tab")
    _wait_for_width(grids.nth(0), 2 * small["width"])
    page.keyboard.press("Tab")
    _wait_for_width(grids.nth(0), small["width"])
    _wait_for_width(grids.nth(1), 2 * small["width"])


def test_a_tapped_grid_is_large_in_the_details_and_covers_nothing_in_the_page(open_page: Open) -> None:
    page = open_page(390, 844, has_touch=True, is_mobile=True, device_scale_factor=2)
    unit = page.locator("[data-figure=kept] .cv-unit").nth(1)
    grid = unit.locator(".cv-grid").nth(0)
    small = grid.bounding_box()
    grid.tap()
    large = page.locator(".cv-details:popover-open .cv-more img").nth(0)
    large.scroll_into_view_if_needed()
    shown = large.bounding_box()
    assert small is not None
    assert shown is not None
    assert shown["width"] > 1.5 * small["width"]
    assert grid.evaluate("image => getComputedStyle(image).transform") == "none"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_contents_leave_the_first_screen_to_the_text(open_page: Open, width: int) -> None:
    page = open_page(width)
    text = page.locator("article > p").first.bounding_box()
    assert text is not None
    assert text["y"] < 400


def _wait_for_width(image: Locator, width: float) -> None:
    """Wait until an image has grown or shrunk to a width."""
    image.page.wait_for_function(
        "([image, width]) => Math.abs(image.getBoundingClientRect().width - width) < 1",
        arg=[image.element_handle(), width],
    )


def test_reduced_motion_is_respected(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    duration = page.locator(".cv-picture > img").first.evaluate(
        "image => getComputedStyle(image).transitionDuration"
    )
    assert duration == "0s"


@pytest.mark.parametrize("width", [1080, 1280, 2560])
def test_notes_stand_in_the_margin_clear_of_everything(open_page: Open, width: int) -> None:
    page = open_page(width)
    scroll_through(page)
    assert page.evaluate("document.documentElement.classList.contains('beside')")
    hits = page.evaluate("""() => {
      const box = element => element.getBoundingClientRect(), hits = [];
      const notes = [...document.querySelectorAll('.footnotes li')];
      const others = [...document.querySelectorAll('article > p, article > h2, .cv-unit, figcaption'), ...notes];
      for (const note of notes) for (const other of others) {
        if (note === other) continue;
        const a = box(note), b = box(other);
        const across = a.left < b.right && b.left < a.right, down = a.top < b.bottom && b.top < a.bottom;
        if (across && down) hits.push(other.textContent);
        if (a.right > innerWidth) hits.push('outside');
      }
      return hits;
    }""")
    assert hits == []


def test_notes_stand_at_the_end_where_there_is_no_margin(open_page: Open) -> None:
    page = open_page(390)
    assert not page.evaluate("document.documentElement.classList.contains('beside')")
    assert page.locator(".footnotes").is_visible()


def test_print_leaves_out_what_only_a_screen_can_do(open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator(".anchor").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    SCREENSHOTS.mkdir(exist_ok=True)
    page.pdf(path=SCREENSHOTS / "gallery.pdf")


@pytest.mark.parametrize("script", [True, False])
def test_every_figure_is_laid_out_without_scrolling(open_page: Open, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.wait_for_function("""() => [...document.querySelectorAll('.cv-stage')]
      .every(stage => getComputedStyle(stage).contentVisibility === 'visible')""")


def test_little_is_fetched_before_the_reader_scrolls(open_page: Open) -> None:
    assert transferred(open_page(1280, 900)) <= 400 * 1024


@pytest.mark.parametrize("width", [390, 768])
def test_little_moves_when_the_fonts_arrive(open_page: Open, width: int) -> None:
    assert shifts_for_fonts(open_page(width)) < 0.1


def test_a_fallback_is_as_wide_as_the_font_that_it_stands_for(open_page: Open) -> None:
    page = open_page()
    ratios = page.evaluate("""async () => {
      const text = document.querySelector('article').innerText, root = getComputedStyle(document.documentElement);
      const context = document.createElement('canvas').getContext('2d');
      const width = (style, family) => {
        context.font = `${style} 100px ${family}`;
        return context.measureText(text).width;
      };
      const ratios = {};
      for (const face of document.fonts) {
        if (!face.family.includes('fallback')) continue;
        if (!await face.load().catch(() => null)) continue; // another system's
        const real = root.getPropertyValue('--serif').includes(face.family) ? 'Source Serif 4' : 'Source Sans 3';
        await document.fonts.load(`${face.style} 100px "${real}"`);
        ratios[`${face.family}, ${face.style}`] = width(face.style, face.family) / width(face.style, `"${real}"`);
      }
      return ratios;
    }""")
    assert {name: ratio for name, ratio in ratios.items() if not 0.97 < ratio < 1.03} == {}
