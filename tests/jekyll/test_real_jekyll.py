"""The real Jekyll builds sites with published posts: what pages, lists and feeds show of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from catvis.post.document import escape_liquid
from tests.jekyll.conftest import Built
from tests.jekyll.jekyll_world import JekyllWorld, jekyll_build, needs_jekyll
from tests.jekyll.three_sites import BASEURL, LISTS, PAGE, SITES, write_post, write_site

pytestmark = [needs_jekyll, pytest.mark.slow]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ADDRESS = re.compile(r'(?:src|href|source)="([^"]*)"')
INSIDE = re.compile(r"cv-|fc3_|conv1_0|Compute it again|<svg|<button")
"""What is only to be seen inside of a figure."""


@dataclass(frozen=True)
class BuiltByJekyll:
    """A site that catvis and Jekyll have built."""

    name: str
    world: JekyllWorld
    folder: Path

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def page(self) -> str:
        return self.read(PAGE[self.name])


@pytest.fixture(scope="module", params=list(SITES))
def built(request: pytest.FixtureRequest, built_once: Built) -> BuiltByJekyll:
    """Each of the three sites."""
    return BuiltByJekyll(request.param, *built_once(request.param))


def words(html: str) -> str:
    """HTML but for white space."""
    return re.sub(r"\s+", " ", html).strip()


def attributes_apart(html: str) -> str:
    """What stands between tags."""
    return re.sub(r"<[^>]*>", " ", html)


def test_the_post_is_a_post_in_its_layout_and_no_page(built: BuiltByJekyll) -> None:
    lists = [built.read(name) for name in LISTS[built.name]]
    for title in ("Why {{ an ibis }}?", "Mine"):
        assert sum(words(html).replace(" </a>", "</a>").count(f"{title}</a>") for html in lists) == 1
    for html in lists:  # beside the home page, the theme's navigation has the author's own page alone
        navigation = html.partition("<nav")[2].partition("</nav>")[0]
        assert "ibis" not in navigation
        assert ("About" in navigation) == (built.name == "minima")
    assert re.search(r"<h1[^>]*>Why \{\{ an ibis \}\}\?</h1>", built.page)


def test_jekyll_shows_the_text_as_it_was_published(built: BuiltByJekyll) -> None:
    (document,) = built.world.settings.site.glob("_posts/*-a.md")
    published = document.read_text("utf-8").partition("{::nomarkdown}")[2].rpartition("{:/nomarkdown}")[0]
    base = BASEURL[built.name]
    shown = re.sub(r"\{\{ '([^']*)' \| relative_url \}\}", lambda match: base + match[1], published)
    shown = shown.replace('{{ "{{" }}', "{{").replace('{{ "{%" }}', "{%")
    assert escape_liquid(shown) != shown
    assert words(shown) in words(built.page)


def test_every_address_leads_to_a_file_below_the_baseurl(built: BuiltByJekyll) -> None:
    text = built.page.partition('<nav class="catvis-contents"')[2].partition('class="footnotes"')[0]
    addresses = [unescape(address) for address in ADDRESS.findall(text)]
    files = {urlsplit(address).path for address in addresses if not address.startswith("#")}
    assert len(files) >= 8
    for file in files:
        assert file.startswith(f"{BASEURL[built.name]}/assets/catvis/")
        assert (built.folder / file.removeprefix(BASEURL[built.name]).lstrip("/")).is_file(), file
    ids = set(re.findall(r' id="([^"]+)"', built.page))
    assert {address[1:] for address in addresses if address.startswith("#")} <= ids


def test_a_name_may_hold_what_a_folders_may(site: JekyllWorld) -> None:
    write_site(site, "bare")
    write_post(site, name="it's a café, 100 %")
    site.build()
    folder = jekyll_build(site.root)
    (page,) = folder.glob("2024/02/03/it*.html")
    files = {unquote(urlsplit(unescape(found)).path) for found in ADDRESS.findall(page.read_text("utf-8"))}
    ours = {file.lstrip("/") for file in files if "/assets/catvis/it" in file}
    assert len(ours) >= 7
    assert [file for file in ours if not (folder / file).is_file()] == []


def test_the_table_of_contents_is_there(built: BuiltByJekyll) -> None:
    contents = built.page.partition('aria-label="Contents">')[2].partition("</nav>")[0]
    assert attributes_apart(contents).split() == ["One", "Two", "More", "examples"]


def test_lists_and_feed_show_nothing_of_a_figures_inside(built: BuiltByJekyll) -> None:
    for name in (*LISTS[built.name], "feed.xml"):
        assert not INSIDE.search(attributes_apart(built.read(name))), name
        assert "cv-" not in built.read(name), name
    if built.name != "minima":  # whose home page lists titles
        lists = "".join(map(built.read, LISTS[built.name]))
        assert "<blockquote><p>A network saw ibis, by {{ braces }} and x" in lists


def test_the_feed_has_the_text_with_pictures(built: BuiltByJekyll) -> None:
    feed = ElementTree.fromstring(built.read("feed.xml"))
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert titles == ["Why {{ an ibis }}?", "Mine"]
    entry = feed.find("a:entry", ATOM)
    assert entry is not None
    content = entry.findtext("a:content", namespaces=ATOM) or ""
    assert content.count("<img ") == 6
    assert "My <em>own</em> caption." in content
    summary = entry.findtext("a:summary", namespaces=ATOM) or ""
    assert summary.startswith("A network saw ibis, by {{ braces }} and x")


@pytest.mark.parametrize("name", SITES)
def test_all_posts_share_a_style_sheet_and_a_script(site: JekyllWorld, name: str) -> None:
    write_site(site, name)
    write_post(site, name="b")
    site.build()
    folder = jekyll_build(site.root)
    for shared in ("catvis.css", "catvis.js"):
        assert len(list(folder.rglob(shared))) == 1


def test_what_catvis_keeps_for_itself_is_not_published(built: BuiltByJekyll) -> None:
    published = [file.relative_to(built.folder).as_posix() for file in built.folder.rglob("*")]
    assert not [
        name for name in published if "_catvis" in name or ".catvis" in name or name.endswith("post.md")
    ]


def test_an_unpublished_post_stays_out(site: JekyllWorld) -> None:
    write_site(site, "bare")
    write_post(site, "published: false\n")
    site.build("a")
    assert len(list(site.root.glob("_posts/*"))) == 2
    assert not (jekyll_build(site.root) / PAGE["bare"]).exists()


def test_a_collection_of_the_sites_own_has_the_post(site: JekyllWorld) -> None:
    write_site(site, "bare")
    site.write(
        "_config.yml", "collections_dir: all\ncollections: {essays: {output: true, permalink: /e/:name/}}\n"
    )
    write_post(site, "collection: essays\n")
    site.build()
    assert "catvis-figure" in (jekyll_build(site.root) / "e" / "a" / "index.html").read_text("utf-8")
