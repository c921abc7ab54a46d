from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from catvis.drawing.figure import Diagram, Edge, Row, Tree
from catvis.page.facts import Card, ContentsEntry, PostPage, Site, Thumbnail
from catvis.page.figure_html import figures_html
from catvis.page.open_places import examples_section, heading_link, style_sheet_once
from catvis.page.render import (
    absolute,
    render_feed,
    render_home,
    render_jekyll,
    render_post,
    render_robots,
    render_sitemap,
)
from catvis.page.templates import environment, figure_style, script
from tests.drawing.figures import grid, tile

SITE = Site("Looking in", address="https://example.org/blog", author="Ada", description="Units, seen.")
BODY = '<h2 id="one">One</h2>\n<p>Some <em>words</em>.</p>\n<p><img src="imgs/x.png" alt="x"></p>'
POST = PostPage(
    slug="a-cat",
    title="Why is <this> a cat?",
    body=BODY,
    elsewhere=BODY,
    excerpt="Some words.",
    published=date(2024, 3, 5),
    card=Card("imgs/tree.png", 1200, 700, 'A "tree"'),
)
HOSTILE = '"><script>alert(1)</script>'


class Wellformed(HTMLParser):
    """Counts tags: whatever opens also closes."""

    VOID = frozenset(("meta", "link", "img", "br", "hr", "input"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(html: str) -> Wellformed:
    parser = Wellformed()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_a_whole_page_says_what_it_is() -> None:
    page = render_post(POST, SITE).text
    parsed(page)
    assert "<title>Why is &lt;this&gt; a cat?</title>" in page
    assert '<link rel="canonical" href="https://example.org/blog/a-cat/">' in page
    assert '<meta property="og:image" content="https://example.org/blog/a-cat/imgs/tree.png">' in page
    assert '<meta name="description" content="Some words.">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    assert '<html lang="en">' in page


def test_without_an_address_nothing_absolute_is_made_up() -> None:
    page = render_post(POST, Site()).text
    assert "canonical" not in page
    assert "og:image" not in page
    assert "feed.xml" not in page


def test_no_page_asks_another_host_for_anything() -> None:
    figure = figures_html((Row("r", "", (tile("a_0"),)),), environment())[0]
    page = render_post(replace(POST, body=next(style_sheet_once()) + figure.html), SITE).text
    assert not re.search(r'(?:src|srcset)="(?:https?:)?//|url\("http', page)
    assert re.findall(r'<link rel="(?:stylesheet|preload)" href="([^"]+)"', page) == [
        "catvis.css",
        "fonts/fonts.css",
    ]
    for name, data in render_post(POST, SITE).files.items():
        assert b'url("http' not in data, name


def test_every_file_that_a_style_sheet_names_comes_with_it() -> None:
    rendered = render_post(POST, SITE)
    named = set(re.findall(r'url\("([^"]+)"\)', rendered.files["fonts/fonts.css"].decode()))
    assert named
    assert {f"fonts/{name}" for name in named} <= set(rendered.files)
    assert 'url("' not in rendered.text + rendered.files["catvis.css"].decode()


def test_the_fonts_are_asked_for_after_all_that_is_read() -> None:
    before, sheet, after = render_post(POST, SITE).text.partition(
        '<link rel="stylesheet" href="fonts/fonts.css">'
    )
    assert sheet
    assert "</main>" in before
    assert re.fullmatch(r"\s*<script>.*</script>\s*</body>\s*</html>\s*", after, re.DOTALL)


def test_a_page_without_figures_needs_no_style_sheet_of_theirs() -> None:
    assert "catvis.css" not in render_post(POST, SITE).text
    assert "catvis.css" not in render_home(SITE, [POST]).text


def test_the_figures_style_sheet_stands_before_the_first_alone() -> None:
    sheets = style_sheet_once()
    assert 'href="catvis.css"' in next(sheets)
    assert [next(sheets), next(sheets)] == ["", ""]


def test_the_script_is_small() -> None:
    assert len(script().encode()) < 15_000


def test_a_title_in_the_text_is_not_repeated() -> None:
    assert render_post(POST, SITE).text.count("<h1") == 1
    titled = replace(POST, body='<h1 id="t">Title</h1>' + POST.body, titled=True)
    assert render_post(titled, SITE).text.count("<h1") == 1


def test_what_an_author_writes_in_a_title_is_only_text() -> None:
    post = replace(POST, title=HOSTILE, description=HOSTILE, author=HOSTILE, language=HOSTILE)
    site = replace(SITE, title=HOSTILE, description=HOSTILE)
    for page in (render_post(post, site).text, render_home(site, [post]).text):
        assert parsed(page).scripts == 1
    ElementTree.fromstring(render_feed(site, [post]))


def test_what_stands_on_a_figure_is_only_text() -> None:
    nasty = tile(
        "a_0",
        title=HOSTILE,
        label=HOSTILE,
        alt=HOSTILE,
        note=HOSTILE,
        details=((HOSTILE, HOSTILE),),
        command=HOSTILE,
    )
    figures = (Row("r", HOSTILE, (nasty,)), Diagram("d", HOSTILE, (1, 2)))
    for made in figures_html(figures, environment()):
        assert parsed(made.html).scripts == 0


def test_figures_give_their_pictures_once() -> None:
    tree = Tree(
        "t", "A tree.", ((tile("a_0", exemplars=grid(4)),), (tile("b_0"),)), (Edge("a_0", "b_0", 0.3),)
    )
    first, second = figures_html((tree, tree), environment())
    assert first.pictures == second.pictures
    assert len(first.pictures) == 1  # the tile and both grids are one picture here
    for source in re.findall(r'src="([^"]+)"', first.html):
        assert source in first.pictures


def test_anchors_are_unique_when_a_figure_comes_again() -> None:
    row = Row("r", "A row.", (tile("a_0"),))
    html = "".join(made.html for made in figures_html((row, row, row), environment()))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 6
    assert {"a_0", "r.a_0", "r.a_0.2"} <= set(ids)


def test_only_the_first_figure_is_fetched_at_once() -> None:
    first, second = figures_html((Row("r", "", (tile("a_0"),)), Row("s", "", (tile("b_0"),))), environment())
    picture = re.compile(r'<button class="cv-picture".*?</button>', re.S)
    assert 'loading="lazy"' not in picture.findall(first.html)[0]
    assert 'loading="lazy"' in picture.findall(second.html)[0]


def test_the_figures_style_touches_figures_alone() -> None:
    style = re.sub(r"/\*.*?\*/", "", str(figure_style()), flags=re.S)
    for selectors in re.findall(r"(?:^|[{};])\s*((?![@\s])[^{};]+?)\s*\{", style):
        for selector in re.split(r",(?![^(]*\))", selectors):
            assert selector.strip().startswith(
                (".catvis", ".cvx", ".cv-stacked-", ".cv-chain-", ".cv-flanked-")
            ), selector


def test_the_jekyll_page_is_the_body_under_its_front_matter() -> None:
    text = render_jekyll("layout: post\ntitle: Why is this a cat?\n", BODY).text
    assert text.startswith("---\nlayout: post\ntitle: Why is this a cat?\n---\n")
    assert BODY in text
    assert "<html" not in text


def test_the_jekyll_page_is_light_or_dark_as_its_theme() -> None:
    style = render_jekyll("", BODY).files["catvis.css"].decode()
    assert "prefers-color-scheme" not in style
    assert "prefers-color-scheme" in render_post(POST, SITE).files["catvis.css"].decode()


def test_the_feed_is_atom_with_absolute_addresses() -> None:
    feed = ElementTree.fromstring(render_feed(SITE, [POST, replace(POST, slug="undated", published=None)]))
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", atom)
    assert len(entries) == 1
    content = entries[0].findtext("a:content", namespaces=atom)
    assert content is not None
    assert 'src="https://example.org/blog/a-cat/imgs/x.png"' in content
    with pytest.raises(ValueError, match="address"):
        render_feed(Site(), [POST])


def test_what_only_looks_like_an_address_stays_as_it_is() -> None:
    html = '<p>href="z" <code>&lt;a href="#x"&gt; src="y"</code> 1 < 2 <img src="d.png" alt="a"></p>'
    assert absolute(html, "https://s/p/") == html.replace('"d.png"', '"https://s/p/d.png"')


def test_addresses_that_are_absolute_stay_so() -> None:
    html = '<a href="#x">a</a><a href="https://e.org">b</a><a href="/c">c</a><img src="d.png">'
    base = "https://h.org/p/"
    assert absolute(html, base) == html.replace('"#x"', f'"{base}#x"').replace('"d.png"', f'"{base}d.png"')


def test_the_sitemap_and_robots_name_every_page() -> None:
    sitemap = render_sitemap(SITE, [POST])
    ElementTree.fromstring(sitemap)
    assert "<loc>https://example.org/blog/a-cat/</loc><lastmod>2024-03-05</lastmod>" in sitemap
    assert "Sitemap: https://example.org/blog/sitemap.xml" in render_robots(SITE)


def test_the_home_page_lists_newest_first() -> None:
    older = replace(POST, slug="older", title="Older", published=date(2020, 1, 1))
    undated = replace(POST, slug="undated", title="Undated", published=None, card=None)
    home = render_home(SITE, [undated, older, POST]).text
    parsed(home)
    assert re.findall(r'<h2><a href="([^"/]+)/', home) == ["a-cat", "older", "undated"]


def test_the_home_page_fetches_its_first_picture_at_once_and_others_when_they_come_near() -> None:
    pictured = replace(POST, thumbnail=Thumbnail("imgs/small tree.jpg", 720, 400))
    home = render_home(SITE, [pictured, replace(pictured, slug="b"), replace(POST, slug="c")]).text
    assert re.findall(r"<img (.*?)>", home) == [
        'src="a-cat/imgs/small%20tree.jpg" width="720" height="400" alt="" fetchpriority="high"',
        'src="b/imgs/small%20tree.jpg" width="720" height="400" alt="" loading="lazy"',
    ]
    assert home.count('class="pictured"') == 2


def test_the_home_page_is_described_by_the_site_or_else_by_its_posts_titles() -> None:
    older = replace(POST, slug="older", title="Older", published=date(2020, 1, 1))
    said, silent = (render_home(site, [older, POST]).text for site in (SITE, Site("Looking in")))
    for name in ('name="description"', 'property="og:description"'):
        assert f'<meta {name} content="Units, seen.">' in said
        assert f'<meta {name} content="Why is &lt;this&gt; a cat? · Older">' in silent
    assert '<p class="lead">' in said
    assert '<p class="lead">' not in silent
    many = render_home(Site(), [replace(older, slug=str(number)) for number in range(100)]).text
    (words,) = re.findall(r'<meta name="description" content="([^"]+)">', many)
    assert len(words) <= 160
    assert words.endswith("Older…")


def test_a_heading_links_to_itself_below_the_first_level() -> None:
    link = heading_link(ContentsEntry(2, "a-b", 'A & "b"'))
    assert link.startswith('<a class="anchor" href="#a-b" aria-label="Link to “A &amp; &quot;b&quot;”">')
    assert heading_link(ContentsEntry(1, "t", "Title")) == heading_link(ContentsEntry(2, "", "B")) == ""


def test_the_contents_are_listed_on_request() -> None:
    page = render_post(replace(POST, contents=(ContentsEntry(3, "a-b", "A & b"),)), SITE).text
    assert 'aria-label="Contents"' in page
    assert '<li class="level-3"><a href="#a-b">A &amp; b</a></li>' in page
    assert 'aria-label="Contents"' not in render_post(POST, SITE).text


def test_examples_have_a_heading_if_there_are_any() -> None:
    assert examples_section(()) == ""
    section = examples_section(("<div>1</div>", "<div>2</div>"), "<a>#</a>")
    assert section.startswith('<h2 id="more-examples">More examples<a>#</a></h2>\n<div>1</div>\n<div>2</div>')


@pytest.mark.parametrize("excerpt", ["word " * 31 + "words.", "word " * 60])
def test_a_description_is_cut_at_a_word(excerpt: str) -> None:
    page = render_post(replace(POST, excerpt=excerpt), SITE).text
    (words,) = re.findall(r'<meta name="description" content="([^"]+)">', page)
    assert 150 < len(words) <= 160
    assert words.endswith(("word…", "words."))
    assert excerpt not in render_post(replace(POST, excerpt=excerpt, description="Mine."), SITE).text


def test_a_fact_of_the_figure_is_not_said_twice() -> None:
    row = Row(
        "r",
        "",
        (tile("a_0", details=(("Network", "small"),)),),
        facts=(("Network", "small"), ("Scale", "own")),
    )
    html = figures_html((row,), environment())[0].html
    assert html.count("<dt>Network</dt>") == 1
    assert html.count("<dt>Scale</dt>") == 1
