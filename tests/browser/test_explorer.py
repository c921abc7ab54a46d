"""The explorer in a real browser: what a reader can do, by mouse, keyboard and address, and what goes wrong."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from PIL import Image
from playwright.sync_api import Page, expect

from catvis.post.paths_file import read_paths_file
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request, build_site
from tests.browser.chromium import Visits, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CONTENT = Path(__file__).parents[2] / "content"
POST = '---\ntitle: "{name}"\nlang: en\n---\n\n# {name}\n\nWords.\n\n![A tree](imgs/explorer.png)\n'
FIGURE = {
    "explore": "top",
    "pictures": ["imgs/cat.png", "imgs/dog.jpg"],
    "children": "conv5",
    "ablation": True,
}
FIGURES = {
    "live": FIGURE,
    "baked": {**FIGURE, "answers": "baked", "baked": {"depth": 2, "top": 4}},
    "both": {**FIGURE, "answers": "both", "baked": {"depth": 1, "top": 3}},
}
TOP, EYES, WHISKERS = "fc8_0", "fc8_0→conv5_54", "fc8_0→conv5_27"

Explore = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Posts with an explorer each: live, baked, and both; and one with two on the same picture."""
    folder = tmp_path_factory.mktemp("explorers")
    for name, figure in {**FIGURES, "twice": FIGURE}.items():
        post = folder / "content" / name
        (post / "imgs").mkdir(parents=True)
        for picture in FIGURE["pictures"]:
            (post / picture).write_bytes((CONTENT / "explore" / picture).read_bytes())
        figures = {"explorer": figure} | ({"another": figure} if name == "twice" else {})
        shown = "\n![The same](imgs/another.png)\n" if name == "twice" else ""
        (post / "post.md").write_text(POST.format(name=name) + shown)
        (post / "paths.yaml").write_text(json.dumps({"network": "menagerie", "figures": figures}))
    settings = Settings(content=folder / "content", site=folder / "site", cache=folder / "cache")
    build_site(settings, Request(), Reporter(quiet=True))
    return settings.site


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


@pytest.fixture
def explore(visits: Visits, address: str) -> Explore:
    """Open an explorer and touch it."""

    def visit(fragment: str = "", *, post: str = "live", width: int = 1280, **more: object) -> Page:
        page = visits.open(f"{address}{post}/index.html{fragment}", width, 900, **more)
        if not fragment:
            page.locator(".cv-begin").click()
        return settled(page)

    return visit


def settled(page: Page) -> Page:
    """The page, once the explorer has said all that it was asked."""
    expect(page.locator(".cvx")).to_be_visible()
    expect(page.locator(".cvx[aria-busy]")).to_have_count(0)
    return page


def node(page: Page, path: str):
    return page.locator(f'[role="treeitem"][data-path="{path}"]')


def paths(page: Page) -> list[str]:
    return page.locator('[role="treeitem"]').evaluate_all("items => items.map(item => item.dataset.path)")


def pixels(page: Page, path: str) -> str:
    return node(page, path).locator("canvas").first.evaluate("canvas => canvas.toDataURL()")


def picture_file(mode: str = "RGB", size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    image, buffer = (
        Image.new(mode, size, 180 if mode == "L" else (200, 90, 30, 128)[: len(mode)]),
        io.BytesIO(),
    )
    image.save(buffer, kind)
    return buffer.getvalue()


def give(page: Page, data: bytes, name: str = "mine.png", kind: str = "image/png") -> None:
    page.locator(".cvx-file").set_input_files({"name": name, "mimeType": kind, "buffer": data})


def test_nothing_is_loaded_before_the_reader_touches_it(visits: Visits, address: str) -> None:
    asked: list[str] = []
    page = visits.open(f"{address}live/index.html")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(300)
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter(one => one.name.includes('/explorer/')).length"
        )
        == 0
    )
    page.locator(".cv-begin").click()
    settled(page)
    assert {re.sub(r"-\w+\.js", ".js", url.rpartition("/")[2]) for url in asked if url.endswith(".js")} == {
        "explorer.js", "live.js", "figure.js", "network.js", "seen.js"
    }  # fmt: skip


def test_the_first_view_is_the_figure(explore: Explore) -> None:
    page = explore()
    assert paths(page) == [TOP, EYES, "fc8_0→conv5_76", WHISKERS, "fc8_0→conv5_26", "fc8_0→conv5_4"]
    alt = page.locator(".catvis").first.get_attribute("aria-label")
    for share in page.locator(".cvx-share").all_inner_texts():
        assert share.removeprefix("−") in alt
    assert page.locator(".cvx-classes button").first.inner_text().split() == ["cat", "97", "%"]


def test_a_click_grows_children_and_another_folds_them(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    settled(page)
    assert len(paths(page)) == 11
    assert f"{EYES}→conv4_25" in paths(page)
    assert node(page, EYES).get_attribute("aria-expanded") == "true"
    node(page, EYES).click()
    settled(page)
    assert len(paths(page)) == 6


def test_another_layer_a_skipped_one_and_more(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    settled(page).locator('[data-key="into"]').select_option("conv2")
    settled(page)
    assert {path.split("→")[2].split("_")[0] for path in paths(page) if path.count("→") == 2} == {"conv2"}
    page.locator('[data-key="more"]').click()
    settled(page)
    assert sum(path.count("→") == 2 for path in paths(page)) == 10
    assert "5 more of" in page.locator('[data-key="more"]').inner_text()


def test_the_address_is_the_view_and_the_way_back(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    settled(page)
    node(page, WHISKERS).click()
    settled(page)
    page.locator(".cvx-tools select").first.select_option("gradient")
    settled(page)
    seen = paths(page)
    assert "rule=gradient" in page.url
    other = explore(page.url[page.url.index("#") :])
    assert paths(other) == seen
    assert pixels(other, EYES) == pixels(page, EYES)
    assert node(other, WHISKERS).get_attribute("aria-selected") == "true"
    page.go_back()
    settled(page)
    page.go_back()
    settled(page)
    assert len(paths(page)) == 11
    page.go_back()
    settled(page)
    assert len(paths(page)) == 6
    page.go_forward()
    settled(page)
    assert len(paths(page)) == 11


def test_another_fragment_is_not_the_explorers(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    settled(page)
    page.evaluate("location.hash = '#words'")
    page.wait_for_timeout(200)
    assert len(paths(settled(page))) == 11


def test_two_pictures_stand_side_by_side_under_the_same_paths(explore: Explore) -> None:
    page = explore()
    alone = pixels(page, EYES)
    page.locator(".cvx-tools select").nth(1).select_option("dog")
    settled(page)
    assert pixels(page, EYES) == alone
    assert node(page, EYES).locator(".cvx-tiles > *").count() == 2
    assert re.fullmatch(r"14\s% · \d+(\.\d)?\s%", node(page, EYES).locator(".cvx-foot").inner_text())
    assert page.locator(".cvx-look").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_another_picture_begins_at_its_own_class(explore: Explore) -> None:
    page = explore()
    page.locator(".cvx-choose").nth(1).click()
    settled(page)
    assert paths(page)[0] == "fc8_1"
    assert page.locator(".cvx-classes button").first.inner_text().startswith("dog")


def test_an_own_picture_leaves_no_trace_outside_the_page(explore: Explore, address: str) -> None:
    page = explore()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    give(page, picture_file())
    expect(page.locator(".cvx-choose")).to_have_count(3)
    settled(page)
    node(page, paths(page)[1]).click()
    settled(page)
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "never leaves your machine" in page.locator(".cvx-own").inner_text()
    other = explore(page.url[page.url.index("#") :])
    assert "never left its reader’s machine" in other.locator(".cvx-trouble").inner_text()


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(explore: Explore, way: str) -> None:
    page = explore()
    page.evaluate(
        """async ([way, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          const event = way === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true })
            : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
          document.querySelector(".cvx").dispatchEvent(event);
        }""",
        [way, list(picture_file("RGBA"))],
    )
    expect(page.locator(".cvx-choose")).to_have_count(3)


@pytest.mark.parametrize(
    ("data", "name", "kind", "said"),
    [
        (b"no picture at all", "words.png", "image/png", "“words.png” is not a picture that your browser can read"),
        (picture_file("L", (10_000, 10_000)), "huge.png", "image/png", "has 100 million pixels; 64 million"),
        (picture_file("L", kind="GIF"), "moving.gif", "image/gif", ""),
        (picture_file("RGBA"), "clear.png", "image/png", ""),
    ],
    ids=["none", "100 megapixels", "animated", "transparent"],
)  # fmt: skip
def test_odd_pictures(explore: Explore, data: bytes, name: str, kind: str, said: str) -> None:
    page = explore()
    before = paths(page)
    give(page, data, name, kind)
    if said:
        expect(page.locator(".cvx-trouble")).to_contain_text(said)
        assert paths(page) == before
    else:
        expect(page.locator(".cvx-choose")).to_have_count(3)
        assert settled(page).locator(".cvx-trouble").inner_text() == ""


def test_what_is_transparent_is_white(explore: Explore) -> None:
    page = explore()
    give(page, picture_file("RGBA"))
    expect(page.locator(".cvx-choose")).to_have_count(3)
    shown = page.locator(".cvx-choose img").last.evaluate(
        """image => { const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
          const context = canvas.getContext("2d"); context.drawImage(image, 0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data]; }"""
    )
    assert shown == pytest.approx([227, 172, 142, 255], abs=2)


def test_a_silenced_unit_stays_and_everything_else_answers(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    settled(page)
    before = page.locator(".cvx-classes button").first.inner_text()
    page.locator('[data-key="off"]').click()
    settled(page)
    assert re.fullmatch(r"cat\s+97\s% → 9\d\s%", page.locator(".cvx-classes button").first.inner_text())
    assert page.locator(".cvx-classes button").first.inner_text() != before
    assert node(page, EYES).locator(".cvx-silent").inner_text() == "silenced"
    assert "off=conv5_54" in page.url
    page.locator(".cvx-silenced button").click()
    settled(page)
    assert page.locator(".cvx-classes button").first.inner_text() == before


def test_what_a_link_asks_for_beside_the_strongest_is_shown(explore: Explore) -> None:
    page = explore("#explore=explorer&open=fc8_0~conv5~2&also=fc8_0-conv5_90&beside=dog")
    assert paths(page) == [TOP, EYES, "fc8_0→conv5_76", "fc8_0→conv5_90"]
    assert "·" in node(page, "fc8_0→conv5_90").locator(".cvx-foot").inner_text()


def test_the_way_up(explore: Explore) -> None:
    page = explore()
    node(page, WHISKERS).click()
    settled(page).locator('[data-key="up"]').select_option("fc7")
    parent = page.locator(".cvx-parents button").first
    name = parent.inner_text().split()[0]
    assert name.startswith("fc7_")
    parent.click()
    settled(page)
    assert paths(page)[0] == name
    assert f"{name}→conv5_27" in paths(page)


def test_a_unit_in_two_branches_is_marked_and_drawn_once_in_a_graph(explore: Explore) -> None:
    page = explore(
        f"#explore=explorer&open=fc8_0~conv5~5,fc8_0-conv5_54~conv4~5,fc8_0-conv5_27~conv4~5&at={TOP}"
    )
    twice = node(page, f"{EYES}→conv4_25")
    assert twice.locator(".cvx-times").inner_text() == "×2"
    twice.hover()
    expect(node(page, f"{WHISKERS}→conv4_25")).to_have_class(re.compile("cvx-twin"))
    page.get_by_label("As one graph").check()
    settled(page)
    assert f"{WHISKERS}→conv4_25" not in paths(page)
    assert page.locator(".cvx-field path").count() == 15
    assert len(paths(page)) == 13


def test_a_unit_that_does_not_fire_says_so(explore: Explore) -> None:
    page = explore()
    silent = page.evaluate("""async () => {
      const answerer = catvisExplorer.answerers.live(catvisExplorer.figures.explorer.live);
      const { layers } = await answerer.open();
      const id = await answerer.addPicture(new Uint8ClampedArray(4 * 227 * 227).fill(255));
      const responses = [...await answerer.overview(id, "conv5", {})];
      answerer.close();
      return responses.findIndex((response) => response <= 0);
    }""")
    page = explore(f"#explore=explorer&root=conv5_{silent}&at=conv5_{silent}")
    white = io.BytesIO()
    Image.new("RGB", (227, 227), "white").save(white, "PNG")
    give(page, white.getvalue())
    expect(page.locator(".cvx-choose")).to_have_count(3)
    assert settled(page).locator(".cvx-silent").inner_text() == "does not fire"
    assert "not on this picture" in page.locator(".cvx-unit").inner_text()


def test_pointing_at_a_tile_shows_where_it_lies(explore: Explore) -> None:
    page = explore()
    page.mouse.move(2, 2)
    assert page.locator(".cvx-covered").count() == 0
    node(page, EYES).hover()
    expect(page.locator(".cvx-covered canvas")).to_have_css("opacity", "1")


def test_all_units_of_a_layer_strongest_first(explore: Explore) -> None:
    page = explore()
    page.locator(".cvx-tools select").nth(2).select_option("conv5")
    settled(page)
    assert page.locator(".cvx-grid button").count() == 24
    page.locator(".cvx-overview > button").click()
    settled(page)
    assert page.locator(".cvx-grid button").count() == 48
    page.locator(".cvx-grid button").first.click()
    settled(page)
    assert paths(page)[0].startswith("conv5_")


def test_a_view_of_many_tiles_grows(explore: Explore) -> None:
    pins = [f"{layer}_{index}" for layer in ("conv4", "conv5", "fc7") for index in range(90)]
    page = explore(f"#explore=explorer&pin={','.join(pins)}")
    node(page, EYES).click()
    assert len(paths(settled(page))) == 11
    assert page.locator(".cvx-trouble").inner_text() == ""
    assert page.locator(".cvx-pins button").count() == len(pins)


def test_units_are_named_pinned_and_grouped_in_the_address(explore: Explore) -> None:
    page = explore()
    node(page, EYES).click()
    for key, word in (("call", "slit, & eyes~"), ("group", "face")):
        settled(page).locator(f'[data-key="{key}"]').fill(word)
        page.keyboard.press("Enter")
    settled(page).locator('[data-key="pin"]').click()
    other = explore(settled(page).url[page.url.index("#") :])
    assert other.locator(".cvx-pins button").inner_text().split("\n") == ["conv5_54", "slit, & eyes~", "face"]
    assert "slit, & eyes~" in node(other, EYES).inner_text()


def test_the_keyboard_alone_is_enough(explore: Explore) -> None:
    page = explore()
    node(page, TOP).focus()
    for key, focus, count in (
        ("ArrowRight", EYES, 6),
        ("ArrowRight", EYES, 11),
        ("ArrowRight", f"{EYES}→conv4_25", 11),
        ("ArrowDown", f"{EYES}→conv4_75", 11),
        ("ArrowLeft", EYES, 11),
        ("ArrowLeft", EYES, 6),
        ("End", "fc8_0→conv5_4", 6),
        ("ArrowUp", "fc8_0→conv5_26", 6),
        ("Home", TOP, 6),
    ):
        page.keyboard.press(key)
        settled(page)
        assert page.evaluate("document.activeElement.dataset.path") == focus, key
        assert len(paths(page)) == count, key
    assert page.locator('[role="treeitem"][tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    settled(page)
    assert paths(page) == [TOP]


def test_the_focus_is_never_lost(visits: Visits, address: str) -> None:
    """What a key was pressed on may be gone afterwards: then the focus is where Tab stops in the tree."""
    page = visits.open(f"{address}live/index.html")
    page.locator(".cv-begin").focus()
    page.keyboard.press("Enter")
    settled(page)
    focused = page.locator('[role="treeitem"]:focus')
    expect(focused).to_have_attribute("data-path", TOP)
    page.keyboard.press("ArrowRight")
    silence, speak, close, begin = (
        '[data-key="off"]',
        ".cvx-silenced button",
        '[data-key="close"]',
        '[data-key="begin"]',
    )
    for pressed, stop in ((silence, None), (speak, EYES), (close, TOP)):
        settled(page).locator(pressed).press("Enter")
        if stop:
            expect(settled(page).locator('[role="treeitem"]:focus')).to_have_attribute("data-path", stop)
    page.keyboard.press("End")
    settled(page).locator(begin).press("Enter")
    expect(focused).to_have_attribute("data-path", "conv5_4")


def test_a_first_question_that_fails_has_no_tree_to_focus(visits: Visits, address: str) -> None:
    page = visits.open(f"{address}live/index.html")
    page.evaluate("Object.defineProperty(catvisExplorer, 'begin', { get: () => async () => {}, set() {} })")
    page.locator(".cv-begin").press("Enter")
    page.wait_for_function("[...document.scripts].some(({ src }) => src.includes('live'))")
    page.wait_for_load_state("networkidle")
    assert page.locator(".cv-begin-trouble").inner_text() == ""


def test_a_question_that_fails_leaves_the_view_and_its_state(explore: Explore) -> None:
    page = explore(post="baked")
    page.evaluate("catvisExplorer.trees[Object.keys(catvisExplorer.trees)[0]].responses.conv4 = undefined")
    node(page, EYES).click()
    expect(page.locator(".cvx-trouble")).not_to_be_empty()
    settled(page)
    assert len(paths(page)) == 5
    node(page, TOP).click()
    node(page, TOP).click()
    assert paths(settled(page)) == [TOP]
    assert page.locator(".cvx-trouble").inner_text() == ""


def test_the_link_is_the_view_from_the_start(explore: Explore) -> None:
    page = explore()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".cvx-status")).to_contain_text("clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == f"{page.url}#explore=explorer"


def test_the_view_as_yaml_is_a_figure(explore: Explore, visits: Visits, tmp_path: Path) -> None:
    page = explore(
        f"#explore=explorer&open=fc8_0~conv5~5,fc8_0-conv5_54~conv4~2&rule=gradient&off=conv5_4&at={TOP}"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as YAML").click()
    expect(page.locator(".cvx-status")).to_contain_text("clipboard")
    text = page.evaluate("navigator.clipboard.readText()")
    (tmp_path / "paths.yaml").write_text(text)
    figure = yaml.safe_load(text)["figures"]["explorer_view"]
    assert figure["rule"] == "gradient"
    assert set(figure["paths"]) == {path for path in paths(page) if path not in (TOP, EYES)}
    (read,) = read_paths_file(tmp_path / "paths.yaml").figures
    assert read.name == "explorer_view"
    assert "conv5_4 was silenced" in text


def test_the_view_is_saved_as_svg_and_png(explore: Explore) -> None:
    page = explore()
    with page.expect_download() as svg:
        page.get_by_role("button", name="Save SVG").click()
    drawn = ElementTree.fromstring(Path(svg.value.path()).read_text())
    assert len(drawn.findall(".//{*}image")) == 6
    assert len(drawn.findall(".//{*}path")) == 5
    assert "conv5_54" in "".join(drawn.itertext())
    with page.expect_download() as png:
        page.get_by_role("button", name="Save PNG").click()
    with Image.open(png.value.path()) as image:
        assert image.width == 2 * round(float(drawn.get("width")))


def test_an_address_may_ask_for_what_is_not_there(explore: Explore) -> None:
    page = explore("#explore=explorer&open=fc8_0~conv5~5,fc8_0-conv9_1~conv4~5&at=fc8_0-conv5_999&on=horse")
    said = page.locator(".cvx-trouble").inner_text()
    assert "“horse”, which is not in this gallery" in said
    assert "menagerie has no unit conv9_1" in said
    assert "there is no unit conv5_999; conv5 has 96, conv5_0 to conv5_95" in said
    assert len(paths(page)) == 6


@pytest.mark.parametrize(
    "fragment", ["&open=~~", "&at=%E0%A4%A", "&call=x", "&open=fc8_0~conv5~-3", "&also=,,", "&root=%3Cimg%3E"]
)
def test_a_mangled_address_still_shows_a_tree(explore: Explore, fragment: str) -> None:
    page = explore(f"#explore=explorer{fragment}")
    assert paths(page)[0] == TOP


def test_without_script_the_figure_is_complete_and_described(visits: Visits, address: str) -> None:
    page = visits.open(f"{address}live/index.html", java_script_enabled=False)
    assert page.locator(".cv-picture").count() == 6
    assert "conv5_54 excites it with 14 %" in page.locator(".catvis").get_attribute("aria-label").replace(
        "\xa0", " "
    )
    assert not page.locator(".cv-begin").is_visible()


def test_the_page_for_jekyll_holds_the_figure_alone(site: Path) -> None:
    text = (site / "jekyll" / "live" / "index.html").read_text()
    assert "cv-tree" in text
    assert "cv-explorer" not in text
    assert "<script" not in text
    assert not (site / "jekyll" / "live" / "explorer").exists()


def test_it_opens_from_disk(visits: Visits, site: Path) -> None:
    page = visits.open(f"file://{site}/live/index.html")
    page.locator(".cv-begin").click()
    node(settled(page), EYES).click()
    assert len(paths(settled(page))) == 11
    visits.trouble.clear()  # every file of a page from disk counts as another host's


def test_answers_computed_ahead(explore: Explore, address: str) -> None:
    page = explore(post="baked")
    assert len(paths(page)) == 5
    assert page.locator(".cvx-own").count() == 0
    node(page, EYES).click()
    assert len(paths(settled(page))) == 9
    node(page, f"{EYES}→conv4_25").click()
    assert len(paths(settled(page))) == 9
    assert not node(page, f"{EYES}→conv4_25").get_attribute("aria-expanded")


def test_what_was_not_computed_ahead_says_so(explore: Explore) -> None:
    page = explore(post="baked")
    page.locator(".cvx-classes button").nth(1).click()
    (root,) = paths(settled(page))
    assert root != TOP
    assert page.locator(".cvx-trouble").inner_text() == ""
    assert node(page, root).locator(".cvx-silent").inner_text() == "not computed"
    page.locator(".cvx-classes button").first.click()
    assert len(paths(settled(page))) == 5
    page.locator(".cvx-tools select").first.select_option("conv5")
    assert "not computed" in settled(page).locator(".cvx-grid .cvx-silent").all_inner_texts()


def test_live_and_baked_say_the_same(explore: Explore) -> None:
    live, baked = explore(), explore(post="baked")
    for path in (EYES, WHISKERS):
        assert node(live, path).inner_text() == node(baked, path).inner_text()


@pytest.mark.parametrize("broken", ["missing", "another network's", "damaged"])
def test_weights_that_do_not_come_leave_the_figure(visits: Visits, address: str, broken: str) -> None:
    page = visits.open(f"{address}live/index.html")

    def answer(route) -> None:
        digest = re.search(r"network-\w+", route.request.url).group()
        text = {"another network's": 'catvisExplorer.weights("0123", "AAAA")', "damaged": ""}.get(broken)
        if text is None:
            route.abort()
        else:
            body = text or route.fetch().text().replace("H4sI", "AAAA", 1)
            route.fulfill(body=body, content_type="text/javascript")
        assert digest

    page.route(re.compile(r"/network-\w+\.js"), answer)
    page.locator(".cv-begin").click()
    expect(page.locator(".cv-begin-trouble")).to_contain_text("weights")
    expect(page.locator(".cv-begin-trouble")).to_contain_text("The figure above is complete without it.")
    assert page.locator(".cv-picture img").first.is_visible()
    assert page.locator(".cvx").count() == 0
    visits.trouble.clear()


def test_where_the_network_does_not_come_the_tree_computed_ahead_answers(
    visits: Visits, address: str
) -> None:
    page = visits.open(f"{address}both/index.html")
    page.route(re.compile(r"/network-\w+\.js"), lambda route: route.abort())
    page.locator(".cv-begin").click()
    assert len(paths(settled(page))) == 4
    visits.trouble.clear()


def test_a_browser_without_workers_computes_in_the_page(visits: Visits, address: str) -> None:
    page = visits.open(f"{address}live/index.html")
    page.evaluate("() => { delete globalThis.Worker; }")
    page.locator(".cv-begin").click()
    node(settled(page), EYES).click()
    assert len(paths(settled(page))) == 11


def test_alone_in_a_frame(visits: Visits, address: str) -> None:
    page = settled(visits.open(f"{address}live/index.html?embed", 700))
    assert not page.locator("h1").is_visible()
    assert len(paths(page)) == 6


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_stands_at_every_width(explore: Explore, width: int, scheme: str) -> None:
    page = explore(width=width, color_scheme=scheme, has_touch=width < 500)
    node(page, EYES).click()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    heights = page.locator(".cvx button:visible, .cvx select:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24


def test_fingers_alone_are_enough(explore: Explore) -> None:
    page = explore(width=390, has_touch=True, is_mobile=True)
    assert page.evaluate("matchMedia('(hover: none)').matches")
    node(page, EYES).tap()
    assert len(paths(settled(page))) == 11
    assert page.locator(".cvx-unit strong").inner_text() == "conv5_54"
    expect(page.locator(".cvx-covered canvas")).to_have_css("opacity", "1")
    settled(page).locator('[data-key="off"]').tap()
    assert node(settled(page), EYES).locator(".cvx-silent").inner_text() == "silenced"
    page.locator(".cvx-silenced button").tap()
    node(settled(page), EYES).tap()
    assert len(paths(settled(page))) == 6
    heights = page.locator(".cvx button:visible, .cvx select:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 30


def test_a_photograph_is_a_picture_like_any_other(explore: Explore) -> None:
    page = explore()
    page.evaluate(  # Chromium's shell without windows has no camera, not even a pretended one
        """() => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
          setInterval(() => canvas.getContext("2d").fillRect(40, 40, 100, 100), 50);
          navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
        }"""
    )
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(".cvx-camera video")).to_have_js_property("readyState", 4)
    page.get_by_role("button", name="Take it").click()
    expect(page.locator(".cvx-choose")).to_have_count(3)
    settled(page)
    assert page.locator(".cvx-camera").count() == 0
    assert page.locator(".cvx-choose").last.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".cvx-camera")).to_have_count(0)
    assert page.locator(".cvx-choose").count() == 3


def test_a_camera_that_is_refused_is_said(explore: Explore) -> None:
    page = explore()
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(".cvx-trouble")).to_contain_text("The camera is not to be had")
    assert page.locator(".cvx-camera").count() == 0


@pytest.mark.parametrize("leaving", ["closed", "left"])
def test_a_page_may_go_in_the_middle_of_work(visits: Visits, address: str, leaving: str) -> None:
    page = visits.open(f"{address}live/index.html")
    workers = []
    page.on("worker", lambda worker: workers.append(worker))
    page.locator(".cv-begin").click()
    settled(page)
    page.wait_for_load_state("networkidle")  # pictures on their way would fail as the page goes
    for _ in range(3):  # more than is answered before the page is gone
        page.evaluate("() => void document.querySelector('[data-path$=conv5_54]').click()")
    if leaving == "closed":
        page.close()
    else:
        page.goto(f"{address}baked/index.html", wait_until="networkidle")
        page.go_back(wait_until="networkidle")
        assert len(paths(settled(page))) >= 6
    assert len(workers) >= 1


def test_nothing_moves_for_those_who_want_no_motion(explore: Explore) -> None:
    page = explore(reduced_motion="reduce")
    assert node(page, EYES).evaluate("node => getComputedStyle(node).transitionDuration") == "0s"
    assert node(page, EYES).evaluate("node => getComputedStyle(node).animationName") == "none"


def test_it_lives_under_a_strict_policy(visits: Visits, address: str) -> None:
    page = visits.open("about:blank")
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
    )

    def answer(route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route("**/*.html", answer)
    page.goto(f"{address}live/index.html")
    page.locator(".cv-begin").click()
    give(settled(page), picture_file())
    expect(page.locator(".cvx-choose")).to_have_count(3)
    assert settled(page).locator(".cvx-trouble").inner_text() == ""
    visits.trouble[:] = [line for line in visits.trouble if "about:blank" not in line and address not in line]


def test_two_explorers_look_at_the_same_picture(visits: Visits, address: str) -> None:
    page = visits.open(f"{address}twice/index.html", 1280, 900)
    for number in range(2):
        page.locator(".cv-begin").nth(number).click()
    explorers = page.locator(".cvx")
    expect(explorers).to_have_count(2)
    for number in range(2):
        expect(explorers.nth(number).get_by_role("treeitem")).to_have_count(6)
        assert explorers.nth(number).locator(".cvx-trouble").inner_text() == ""
