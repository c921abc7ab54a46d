"""Files of a site: what a post's pages show, and that Jekyll and a browser read the same."""

from __future__ import annotations

import re

import pytest

from catvis.errors import ContentError
from tests.site.test_build import page
from tests.small_world import POST, UNITS, World

TWICE = POST + "\n![The same again](imgs/figure.png)\n\n![A photograph](imgs/cat.png)\n"
BODY = POST.partition("# A post\n\n")[2]
CAPTIONED = POST.replace(
    "![What one sees](imgs/figure.png)",
    '<figure markdown="1">\n![What one sees](imgs/figure.png)\n<figcaption>My own words.</figcaption>\n</figure>',
)
TREE = UNITS.replace("units: [conv1_0, conv1_1]", "path: fc4_2, children: fc3")


def test_every_file_that_a_page_shows_is_there(world: World) -> None:
    folder = world.write_post(markdown=TWICE)
    world.build()
    for start in ("a", "jekyll/a"):
        site = world.settings.site / start
        assert (site / "imgs" / "cat.png").read_bytes() == (folder / "imgs" / "cat.png").read_bytes()
        shown = {part.partition('"')[0] for part in page(world, start).split('src="')[1:]}
        assert shown
        assert [name for name in shown if not (site / name).is_file()] == []


def listed(world: World) -> list[str]:
    """The pictures of the home page."""
    home = (world.settings.site / "index.html").read_text("utf-8")
    return re.findall(r'<img src="([^"]+)"', home)


def test_the_home_page_shows_each_post_small(world: World) -> None:
    world.write_post()
    world.write_post(name="b")
    world.build()
    site = world.settings.site
    shown = listed(world)
    assert [small.partition("/")[0] for small in shown] == ["a", "b"]
    for small in shown:
        assert re.fullmatch(r"[ab]/imgs/[0-9a-f]{16}\.jpg", small)
        assert (site / small).is_file()
        assert not (site / "jekyll" / small).exists()
    world.write_post(markdown=POST.replace("Words.", "Other words."), name="b")
    world.build()  # the other post is the one that was kept
    assert listed(world) == shown


def test_a_figure_that_is_shown_twice_has_distinct_anchors(world: World) -> None:
    world.write_post(markdown=TWICE)
    world.build()
    anchors = [part.partition('"')[0] for part in page(world).split(' id="')[1:]]
    assert len(anchors) == len(set(anchors))
    assert "conv1_0" in anchors


def test_our_own_page_has_links_at_headings_and_one_style_sheet(world: World) -> None:
    text = "---\ntoc: true\n---\n\n## Why {::value top.label /}?\n{:.x}\n\n## Hidden\n{:.no_toc}\n\n" + BODY
    world.write_post(UNITS + "paths: [fc4_2→fc3_10]\n", text)
    world.build()
    shown, jekyll = page(world), page(world, "jekyll/a")
    assert 'aria-label="Link to “Why ibis?”"' in shown
    assert 'href="#hidden"' in shown
    contents = shown.partition("<nav")[2].partition("</nav>")[0]
    assert contents.count("<li") == 2
    assert ">Why ibis?</a>" in contents
    assert contents.endswith(">More examples</a></li>\n</ol>\n")
    assert "<h1>a</h1>" in shown
    above, sheet, below = shown.partition('<link rel="stylesheet" href="catvis.css">')
    assert sheet
    assert "Words." in above
    assert '<div class="catvis' not in above
    assert below.count('<div class="catvis') == 2
    assert 'class="anchor"' not in jekyll
    assert jekyll.count("<h2") == 3


def test_without_figures_in_the_text_the_style_sheet_stands_before_the_examples(world: World) -> None:
    note = "\n\n[^1]: ![What one sees](imgs/figure.png)\n"
    world.write_post(UNITS + "paths: [fc4_2→fc3_10]\n", "Words.[^1]" + note)
    world.build()
    above, sheet, below = page(world).partition('<link rel="stylesheet" href="catvis.css">')
    assert sheet
    assert "More examples" in above
    assert 'class="footnotes"' in below
    assert below.count('<div class="catvis') == 2


def test_a_title_says_what_was_computed_wherever_it_stands(world: World) -> None:
    asking = "title: Is {::value figures.figure.units[0].unit /} a <{::value top.label /}>?\ndate: 2024-02-03"
    world.write_post(markdown=f"---\n{asking}\n---\n\n{BODY}")
    world.write_post(name="b")
    (world.settings.content / "site.yaml").write_text("address: https://a.example\n", "utf-8")
    world.build()
    said = "Is conv1_0 a &lt;ibis&gt;?"
    shown = page(world)
    assert f"<title>{said}</title>" in shown
    assert f'<meta property="og:title" content="{said}">' in shown
    assert f"<h1>{said}</h1>" in shown
    home, feed = ((world.settings.site / name).read_text("utf-8") for name in ("index.html", "feed.xml"))
    assert f">{said}</a></h2>" in home
    assert f"<title>{said}</title>" in feed
    assert 'title: "Is conv1_0 a <ibis>?"\ndate: 2024-02-03\n---\n' in page(world, "jekyll/a")


def test_a_value_that_no_title_can_have_is_said_with_its_place(world: World) -> None:
    world.write_post(markdown=POST.replace("A post\n---", "A {::value top.lable /}\n---"))
    with pytest.raises(ContentError) as mistake:
        world.build()
    assert "post.md:2:10: there is no value 'top.lable'\n  did you mean top.label" in str(mistake.value)


def test_what_the_first_paragraph_says_describes_the_page(world: World) -> None:
    world.write_post(
        markdown="![Seen](imgs/figure.png)\n\nIt's *{::value top.label /}*[^1] & <b>so</b>.\n\n[^1]: X\n"
    )
    world.build()
    assert '<meta name="description" content="It’s ibis &amp; so.">' in page(world)


def test_an_authors_caption_takes_the_place_of_ours(world: World) -> None:
    world.write_post(TREE)
    world.build()
    assert "carry" in page(world)
    world.write_post(TREE, CAPTIONED)
    world.build()
    assert "My own words." in page(world)
    assert "units of fc3 below fc4_2 carry" not in page(world)


def test_liquid_leaves_the_jekyll_page_alone(world: World) -> None:
    world.write_post(markdown=POST + "\nTwo braces: `{{ page.title }}`\n")
    world.build()
    assert "{{ page.title }}" in page(world)
    assert '{{ "{{" }} page.title }}' in page(world, "jekyll/a")


@pytest.mark.parametrize(
    "front", ["title: Why---\n", 'title: "Why\n  --- x"\n', "title: Why\nmore: |\n  --- x\n  {{ y }}\n"]
)
def test_front_matter_stays_as_it_is(world: World, front: str) -> None:
    world.write_post(markdown=f"---\n{front}---\n\n# A {{{{ post }}}}\n\n{BODY}")
    world.build()
    jekyll = page(world, "jekyll/a")
    assert jekyll.startswith(f"---\n{front}---\n<link")
    assert 'A {{ "{{" }} post }}' in jekyll


def test_more_examples_follow_the_text(world: World) -> None:
    world.write_post(UNITS + "paths: [fc4_2→fc3_10]\n")
    world.build()
    text = page(world)
    assert text.index("Words.") < text.index("More examples") < text.index('id="fc4_2-fc3_10"')


def test_an_extension_of_the_site_changes_the_text_and_nothing_else(world: World) -> None:
    post = POST.replace("\n\n#", "\n#")  # Python-Markdown strips white space around a text
    text = f"{post}\n## Why {{::value top.label /}}?\n\n| a[^1] |\n\n[^1]: b\n\n[TOC]\n"
    world.write_post(UNITS + "paths: [fc4_2→fc3_10]\n", text)
    world.build()
    before = page(world), page(world, "jekyll/a")
    (world.settings.content / "site.yaml").write_text("markdown_extensions: [toc]\n", "utf-8")
    world.build()
    contents = (
        '<div class="toc"><ul><li><a href="#a-post">A post</a><ul>'
        '<li><a href="#why-">Why ibis?</a></li></ul></li></ul></div>'
    )
    assert all("<p>[TOC]</p>\n" in html for html in before)
    after = tuple(html.replace("<p>[TOC]</p>\n", contents) for html in before)
    assert (page(world), page(world, "jekyll/a")) == after


def test_an_address_brings_feed_sitemap_and_robots(world: World) -> None:
    world.write_post()
    (world.settings.content / "site.yaml").write_text("title: Cats\naddress: https://a.example\n", "utf-8")
    world.build()
    for name in ("feed.xml", "sitemap.xml", "robots.txt"):
        assert "https://a.example" in (world.settings.site / name).read_text(encoding="utf-8")
