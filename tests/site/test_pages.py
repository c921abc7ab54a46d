"""Files of a site: what a post's pages show, and that Jekyll and a browser read the same."""

from __future__ import annotations

from tests.site.test_build import build, page
from tests.small_world import POST, UNITS, World

TWICE = POST + "\n![The same again](imgs/figure.png)\n\n![A photograph](imgs/cat.png)\n"
CAPTIONED = POST.replace(
    "![What one sees](imgs/figure.png)",
    '<figure markdown="1">\n![What one sees](imgs/figure.png)\n<figcaption>My own words.</figcaption>\n</figure>',
)
TREE = UNITS.replace("units: [conv1_0, conv1_1]", "path: fc4_2, children: fc3")


def test_every_file_that_a_page_shows_is_there(world: World) -> None:
    folder = world.write_post(markdown=TWICE)
    build(world)
    for start in ("a", "jekyll/a"):
        site = world.settings.site / start
        assert (site / "imgs" / "cat.png").read_bytes() == (folder / "imgs" / "cat.png").read_bytes()
        shown = {part.partition('"')[0] for part in page(world, start).split('src="')[1:]}
        assert shown
        assert [name for name in shown if not (site / name).is_file()] == []


def test_a_figure_that_is_shown_twice_has_distinct_anchors(world: World) -> None:
    world.write_post(markdown=TWICE)
    build(world)
    anchors = [part.partition('"')[0] for part in page(world).split(' id="')[1:]]
    assert len(anchors) == len(set(anchors))
    assert "conv1_0" in anchors


def test_an_authors_caption_takes_the_place_of_ours(world: World) -> None:
    world.write_post(TREE)
    build(world)
    assert "carry" in page(world)
    world.write_post(TREE, CAPTIONED)
    build(world)
    assert "My own words." in page(world)
    assert "units of fc3 below fc4_2 carry" not in page(world)


def test_liquid_leaves_the_jekyll_page_alone(world: World) -> None:
    world.write_post(markdown=POST + "\nTwo braces: `{{ page.title }}`\n")
    build(world)
    assert "{{ page.title }}" in page(world)
    assert '{{ "{{" }} page.title }}' in page(world, "jekyll/a")


def test_more_examples_follow_the_text(world: World) -> None:
    world.write_post(UNITS + "paths: [fc4_2→fc3_10]\n")
    build(world)
    text = page(world)
    assert text.index("Words.") < text.index("More examples") < text.index('id="fc4_2-fc3_10"')


def test_an_address_brings_feed_sitemap_and_robots(world: World) -> None:
    world.write_post()
    (world.settings.content / "site.yaml").write_text("title: Cats\naddress: https://a.example\n", "utf-8")
    build(world)
    for name in ("feed.xml", "sitemap.xml", "robots.txt"):
        assert "https://a.example" in (world.settings.site / name).read_text(encoding="utf-8")
