"""Published posts in the real Chromium: figures in somebody's theme, which neither disturb it nor are disturbed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import (
    Visits,
    check_boxes,
    check_keyboard_zoom,
    check_mouse_zoom,
    check_state,
    check_touch_zoom,
    photograph,
    scroll_through,
    served,
    state_name,
)
from tests.jekyll.conftest import Built
from tests.jekyll.jekyll_world import needs_jekyll
from tests.jekyll.three_sites import BASEURL, PAGE, SITES

pytestmark = [needs_jekyll, pytest.mark.browser]

UNIT = "fc4_2-fc3_10"
FIGURES = 5

# A theme that has something to say of everything in a post, and of every element that a figure is made of.
HOSTILE = """
  * { letter-spacing: 3px !important; text-transform: uppercase !important; line-height: 3 !important; }
  article * { font: 30px cursive !important; text-indent: 2em; hyphens: auto; word-break: break-all; }
  img, svg, button, span, dl, dt, dd, pre, code, a { border: 5px solid red !important; padding: 9px !important; }
  button, .cv-picture, .cv-details, .catvis { display: inline !important; background: red !important; margin: 3px; }
  img { max-width: 50% !important; height: auto !important; filter: sepia(1); } svg { fill: lime; width: 20px; }
  a::after { content: " (a link)"; } .cv-stage { position: static !important; transform: rotate(5deg); }
  [popover], [id] { opacity: .5; }
"""
# Every property of every element of every figure, and its box; not its margins: of one that fills what is left,
# Chromium says now and then that it is nothing.
_STYLES = """() => [...document.querySelectorAll('catvis-figure')].flatMap(host =>
  [...host.shadowRoot.querySelectorAll('*')].flatMap(element => {
    const style = getComputedStyle(element);
    const name = `${element.tagName}.${element.className}`;
    const own = host.getBoundingClientRect(), box = element.getBoundingClientRect();
    const sides = [box.x - own.x, box.y - own.y, box.width, box.height].map(Math.round);
    const at = element.checkVisibility() ? sides : 'hidden';
    return [`${name}: ${at}`, ...[...style]
      .filter(key => !/^(--|margin)/.test(key)).map(key => `${name} ${key}: ${style[key]}`)];
  }))"""
# Pairs of what differs; hundreds of thousands of sentences stay where they are.
_DIFFERING = """([before, after]) => before.length !== after.length ? [[before.length, after.length]]
  : before.map((said, at) => [said, after[at]]).filter(([one, other]) => one !== other)"""
# What a theme says of its own: of every element outside of figures.
_THEME = """() => {
  const names = ['color', 'fontSize', 'fontFamily', 'lineHeight', 'letterSpacing', 'marginTop', 'paddingLeft',
    'textAlign', 'backgroundColor', 'borderTopWidth', 'display', 'width'];
  const own = document.body.querySelectorAll('*:not(catvis-figure, catvis-figure *, script)');
  const said = element => names.map(name => `${element.tagName} ${name}: ${getComputedStyle(element)[name]}`);
  return [...own].map(said);
}"""
# The contrast of what is written in figures against what lies behind it, by the formula of WCAG.
_CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const painted = (...colours) => {
    for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const light = colour => colour.map(byte => byte / 255)
    .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = getComputedStyle(document.body).backgroundColor;
  const written = '.cv-title, .cv-label, .cv-share, .cv-foot, .cv-caption, .cv-heading *, dt, dd, a';
  return [...document.querySelectorAll('catvis-figure')].flatMap(host =>
    [...host.shadowRoot.querySelectorAll(written)].map(element => {
      const paper = element.closest('.cv-details');
      const ground = ['#fff', behind, ...(paper ? [getComputedStyle(paper).backgroundColor] : [])];
      const pair = [painted(...ground, getComputedStyle(element).color), painted(...ground)].map(light);
      const name = element.className || element.tagName;
      return [name, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
    }));
}"""
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_READY = f"""() => [...document.querySelectorAll('catvis-figure')]
  .filter(host => host.shadowRoot?.querySelector('.catvis')).length >= {FIGURES}"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory, built_once: Built) -> Iterator[dict[str, str]]:
    """The post's page on each of the sites, over HTTP."""
    folder = tmp_path_factory.mktemp("served")
    found: dict[str, Path] = {}
    for name in SITES:
        _, made = built_once(name)
        found[name] = folder / name
        shutil.copytree(made, found[name] / BASEURL[name].strip("/"))
        (found[name] / "favicon.ico").write_bytes(b"")  # which browsers ask for
    with ExitStack() as hosts:
        yield {
            name: hosts.enter_context(served(folder)) + f"{BASEURL[name]}/".lstrip("/")
            for name, folder in found.items()
        }


def open_post(
    visits: Visits,
    addresses: dict[str, str],
    site: str,
    width: int = 1280,
    fragment: str = "",
    **more: object,
) -> Page:
    """The post, with its figures in their places if a script may put them there."""
    page = visits.open(f"{addresses[site]}{PAGE[site]}{fragment}", width, **more)
    if more.get("java_script_enabled", True):
        page.wait_for_function(_READY)
    return page


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_the_page_stands_in_its_theme(
    visits: Visits, addresses: dict[str, str], site: str, width: int, scheme: str
) -> None:
    page = open_post(visits, addresses, site, width, color_scheme=scheme)
    check_state(page, width, state_name(f"jekyll-{site}", width, scheme, script=True))
    assert page.locator(".cv-stage").count() == FIGURES - 1  # and a diagram
    assert page.locator("catvis-figure > img").first.is_hidden()


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("width", [1280, 390])
def test_without_a_script_pictures_stand_for_figures(
    visits: Visits, addresses: dict[str, str], site: str, width: int
) -> None:
    page = open_post(visits, addresses, site, width, java_script_enabled=False)
    pictures = page.locator("catvis-figure > img").all()
    assert len(pictures) == FIGURES
    for picture in pictures:
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert picture.get_attribute("alt")
    name = state_name(f"jekyll-{site}", width, "light", script=False)
    photograph(page, name, full_page=True)


@pytest.mark.parametrize("site", SITES)
def test_a_permanent_link_opens_its_details(visits: Visits, addresses: dict[str, str], site: str) -> None:
    page = open_post(visits, addresses, site, fragment=f"#{UNIT}")
    panel = page.locator(".cv-details:popover-open")
    panel.wait_for()
    assert "fc4_2→fc3_10" in panel.inner_text()
    assert panel.locator("a").get_attribute("href") == f"#{UNIT}"
    tile = page.locator(f'[id="{UNIT}"] .cv-picture')
    box = tile.bounding_box()
    assert box
    assert 0 <= box["y"] < 900
    page.keyboard.press("Escape")
    assert panel.count() == 0
    page.evaluate("location.hash = 'conv1_0'")
    panel.wait_for()
    assert "conv1_0" in panel.inner_text()


def test_its_tiles_zoom_by_mouse_keyboard_and_touch(visits: Visits, addresses: dict[str, str]) -> None:
    page = open_post(visits, addresses, "minima")
    check_mouse_zoom(page)
    check_keyboard_zoom(page)
    phone = open_post(visits, addresses, "minima", 390, height=844, has_touch=True, is_mobile=True)
    check_touch_zoom(phone, "jekyll-390-touch")


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_the_themes_whatever_the_browser_prefers(
    visits: Visits, addresses: dict[str, str], site: str, scheme: str
) -> None:
    page = open_post(visits, addresses, site, color_scheme=scheme)
    ink = page.evaluate("getComputedStyle(document.querySelector('catvis-figure')).color")
    titles = page.locator(".cv-title").all()
    assert titles
    for title in titles:
        assert title.evaluate("element => getComputedStyle(element).color") == ink
    page.locator(f'[id="{UNIT}"] .cv-picture').click()
    page.locator(".cv-details:popover-open").wait_for()
    contrasts = page.evaluate(_CONTRASTS)
    assert {name for name, _ in contrasts} >= {"cv-title", "cv-share", "cv-caption", "DT", "DD", "A"}
    assert [(name, ratio) for name, ratio in contrasts if ratio < 4.5] == []
    if (site, scheme) == ("bare", "light"):
        photograph(page, "jekyll-bare-details")


def test_a_theme_that_is_switched_takes_its_figures_along(visits: Visits, addresses: dict[str, str]) -> None:
    page = open_post(visits, addresses, "paginated")
    page.add_style_tag(content="body { background: #101418 !important; color: #e4e7eb !important; }")
    assert min(ratio for _, ratio in page.evaluate(_CONTRASTS)) >= 4.5


def test_no_picture_is_fetched_that_nobody_sees(visits: Visits, addresses: dict[str, str]) -> None:
    page = open_post(visits, addresses, "minima")
    scroll_through(page)
    fetched = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    pictures = page.evaluate("[...document.querySelectorAll('catvis-figure > img')].map(image => image.src)")
    assert len(pictures) == FIGURES
    assert not set(pictures) & set(fetched)


def test_a_theme_may_choose_the_figures_font(visits: Visits, addresses: dict[str, str]) -> None:
    page = open_post(visits, addresses, "minima")
    page.add_style_tag(content=":root { --cv-sans: cursive; }")
    font = page.locator(".cv-title").first.evaluate("element => getComputedStyle(element).fontFamily")
    assert font == "cursive"


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES)
def test_no_theme_disturbs_a_figure(visits: Visits, addresses: dict[str, str], site: str) -> None:
    page = open_post(visits, addresses, site, reduced_motion="reduce")
    page.evaluate(_PAINTED)
    before = page.evaluate_handle(_STYLES)
    assert before.evaluate("said => said.length") > 200
    page.add_style_tag(content=HOSTILE)
    page.evaluate(_PAINTED)
    after = page.evaluate_handle(_STYLES)
    assert page.evaluate(_DIFFERING, [before, after]) == []
    check_boxes(page, 1280)


@pytest.mark.parametrize("site", SITES)
def test_no_figure_disturbs_a_theme(visits: Visits, addresses: dict[str, str], site: str) -> None:
    page = open_post(visits, addresses, site)
    assert page.evaluate("[...document.styleSheets].filter(sheet => /catvis/.test(sheet.href)).length") == 0
    assert page.evaluate("'wire' in window || 'CatvisFigure' in window") is False
    without = open_post(visits, addresses, site, java_script_enabled=False)
    assert page.evaluate(_THEME) == without.evaluate(_THEME)


def test_a_list_of_whole_posts_shows_their_figures_too(visits: Visits, addresses: dict[str, str]) -> None:
    page = visits.open(addresses["paginated"])
    page.locator(".cv-stage").nth(FIGURES - 2).wait_for()
    check_boxes(page, 1280)


def test_where_figures_cannot_be_fetched_their_pictures_stay(
    addresses: dict[str, str], browser: Browser
) -> None:
    page = browser.new_page()
    page.route("**/figures.json*", lambda route: route.abort())
    page.goto(f"{addresses['minima']}{PAGE['minima']}")
    page.wait_for_timeout(300)
    assert page.locator("catvis-figure > img").first.is_visible()
    assert page.locator(".cv-stage").count() == 0
    page.close()
