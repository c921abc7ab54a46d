"""The original post on real networks: every figure that it names, computed, drawn and on the page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from catvis.jobs.attribution import TileJob
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Built, Request, build_site
from tests.browser.chromium import (
    PAIRWISE,
    Visits,
    check_keyboard_zoom,
    check_mouse_zoom,
    check_state,
    check_touch_zoom,
    served,
    state_name,
    transferred,
)

pytestmark = pytest.mark.slow

PATHS = Path(__file__).with_name("seed_paths.yaml")
PICTURES = re.compile(r"!\[[^\]]*\]\((imgs/[^)]+)\)")
COMMENTED = re.compile(r"\{::comment\}.*?\{:/comment\}", re.S)


class Page(HTMLParser):
    """What the test looks at of a page: images, ids, links within the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img":
            self.images.append(found)
        if identifier := found.get("id"):
            self.ids.append(identifier)
        if tag == "a" and (link := found.get("href")) and link.startswith("#"):
            self.links.append(link[1:])


@pytest.fixture(scope="module")
def built(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Built, str]:
    """The site of the original post."""
    folder = tmp_path_factory.mktemp("seed")
    post = folder / "content" / "seed"
    (post / "imgs").mkdir(parents=True)
    markdown = (shared / "seed" / "post.md").read_text(encoding="utf-8")
    (post / "post.md").write_text(markdown, encoding="utf-8")
    shutil.copy(PATHS, post / "paths.yaml")
    shutil.copy(shared / "pictures" / "grumpy_cat_227.png", post / "imgs")
    settings = Settings(
        content=folder / "content", site=folder / "site", cache=folder / "cache", weights=shared / "weights"
    )
    result = build_site(settings, Request(("seed",), strict=True), Reporter(quiet=True))
    return settings, result, markdown


@pytest.fixture(scope="module")
def address(built: tuple[Settings, Built, str]) -> Iterator[str]:
    """The page over HTTP."""
    with served(built[0].site) as site:
        yield f"{site}seed/"


def test_every_figure_that_the_post_names_is_there(built: tuple[Settings, Built, str]) -> None:
    settings, _, markdown = built
    named = set(PICTURES.findall(COMMENTED.sub("", markdown)))
    assert len(named) == 18
    for folder in ("seed", "jekyll/seed"):
        for name in named:
            with Image.open(settings.site / folder / name) as picture:
                assert min(picture.size) > 100, name


def test_the_page_is_whole(built: tuple[Settings, Built, str]) -> None:
    settings, result, _ = built
    assert result.pages == (settings.site / "seed" / "index.html",)
    page = Page(result.pages[0].read_text(encoding="utf-8"))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    for image in page.images:
        assert (result.pages[0].parent / str(image["src"])).is_file()
        assert image["width"]
        assert image["height"]
    described = [image for image in page.images if image["alt"]]
    assert any("Siamese cat" in str(image["alt"]) for image in described)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "script"), PAIRWISE)
def test_the_page_stands_in_every_state(
    visits: Visits, address: str, width: int, scheme: str, script: bool
) -> None:
    page = visits.open(address, width, color_scheme=scheme, java_script_enabled=script)
    check_state(page, width, state_name("seed", width, scheme, script))


@pytest.mark.browser
def test_its_tiles_zoom_by_mouse_keyboard_and_touch(visits: Visits, address: str) -> None:
    page = visits.open(address)
    check_mouse_zoom(page, every=4)
    check_keyboard_zoom(page)
    phone = visits.open(address, 390, 844, has_touch=True, is_mobile=True, device_scale_factor=2)
    check_touch_zoom(phone, "seed-390-touch")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_little_is_fetched_before_the_reader_scrolls(
    visits: Visits, address: str, width: int, height: int
) -> None:
    page = visits.open(address, width, height, device_scale_factor=2)
    assert transferred(page) <= 400 * 1024


def test_the_whole_page_is_small(built: tuple[Settings, Built, str]) -> None:
    """Everything below the page's folder: tiles, fonts, and composites that no reader of the page fetches."""
    folder = built[0].site / "seed"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 2.5 * 1024**2


def test_no_tile_is_empty_and_hardly_a_pixel_clips(built: tuple[Settings, Built, str]) -> None:
    from catvis.cache import Cache
    from catvis.jobs.engine import Engine

    settings, result, _ = built
    tiles = [job for job in result.computed if isinstance(job, TileJob)]
    assert len(tiles) > 30
    kept = Engine(settings, Cache(settings.cache), {}, {}).answers(tiles)
    for job in tiles:
        drawn = kept[job].drawn
        assert drawn is not None, job.path
        assert drawn.clipped <= 0.01, job.path


def test_the_first_child_of_the_eye_is_on_top_of_its_row(built: tuple[Settings, Built, str]) -> None:
    settings, _, _ = built
    text = (settings.site / "seed" / "index.html").read_text(encoding="utf-8")
    assert 0 < text.index('id="conv5_78-conv4_64"') < text.index('id="conv5_78-conv4_50"')


def test_a_second_build_computes_nothing(built: tuple[Settings, Built, str]) -> None:
    settings, _, _ = built
    again = build_site(settings, Request(("seed",), strict=True), Reporter(quiet=True))
    assert again.computed == ()
    assert again.written == 0


def test_one_changed_path_computes_its_own_tiles_alone(built: tuple[Settings, Built, str]) -> None:
    settings, _, _ = built
    paths = settings.content / "seed" / "paths.yaml"
    before = paths.read_text(encoding="utf-8")
    try:
        paths.write_text(before.replace("[conv2_170, conv2_27]", "[conv2_170, conv2_250]"), encoding="utf-8")
        again = build_site(settings, Request(("seed",)), Reporter(quiet=True))
    finally:
        paths.write_text(before, encoding="utf-8")
    assert [str(job.path) for job in again.computed if isinstance(job, TileJob)] == ["conv2_250"]
