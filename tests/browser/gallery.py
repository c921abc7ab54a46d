"""A page with a figure of every kind, with pictures that look like attributions: what the browser tests look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from catvis.drawing.display import display, energy_box
from catvis.drawing.encode import encode, mosaic
from catvis.drawing.figure import Chart, Diagram, Drawing, Edge, ExemplarGrid, Line, Row, Tile, Tree
from catvis.drawing.wording import tile_alt, tree_alt
from catvis.page.facts import ContentsEntry, PostPage, Site
from catvis.page.figure_html import figures_html
from catvis.page.open_places import heading_link, style_sheet_once
from catvis.page.render import render_post
from catvis.page.templates import environment
from catvis.results import Picture

SIDE = 227


def attribution(seed: int) -> np.ndarray:
    """Stripes of some direction in a soft spot, in three slightly different phases."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    cx, cy, angle = rng.uniform(0.25, 0.75), rng.uniform(0.25, 0.75), rng.uniform(0, np.pi)
    across = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.02)
    return np.stack([spot * np.sin(across * 90 + phase) for phase in (0.0, 0.5, 1.1)]).astype(np.float32)


def picture(seed: int) -> Picture:
    return encode(display(attribution(seed)).pixels)


def tile(key: str, **more: object) -> Tile:
    seed = sum(map(ord, key))
    title = key.split("-")[-1]
    box = energy_box(attribution(seed))
    facts: dict[str, object] = {
        "title": title,
        "picture": picture(seed),
        "alt": tile_alt(title, activation=12.5, region=box),
        "details": (("Path", key.replace("-", "→")), ("Activation", "12.5"), ("Rule", "guided")),
        "command": f'catvis attribute menagerie cat.png "{key.replace("-", "→")}" -o tile.png',
    }
    return Tile(key=key, **(facts | more))


def exemplars() -> ExemplarGrid:
    rng = np.random.default_rng(5)
    crops = [encode(np.full((40, 40, 3), rng.integers(40, 220, 3), np.uint8)) for _ in range(16)]
    attributions = [encode(display(attribution(index)).pixels) for index in range(16)]
    return ExemplarGrid(mosaic(crops), mosaic(attributions), tuple((f"{n}.png", 9.0) for n in range(16)))


def tree(name: str, top: str, children: int, **more: object) -> Tree:
    below = tuple(tile(f"{top}-conv5_{129 + i}", **more) for i in range(children))
    edges = tuple(Edge(top, each.key, 0.2 / (i + 1), i == 3, -0.18) for i, each in enumerate(below))
    head = tile(top, label="Siamese cat", activation=31.7)
    alt = tree_alt((head,), edges, (head, *below))
    return Tree(name, alt, ((head,), below), edges, facts=(("Scale", "each tile has its own"),))


def graph() -> Tree:
    """Five rows, a unit with three parents, an edge that skips two rows."""
    rows = (
        (tile("a_0", label="tabby"),),
        (tile("b_0"), tile("b_1"), tile("b_2")),
        (tile("c_0"), tile("c_1")),
        (tile("d_0"),),
        (tile("e_0"),),
    )
    pairs = [("a_0", "b_0"), ("a_0", "b_1"), ("a_0", "b_2"), ("b_0", "c_0"), ("b_1", "c_0"), ("b_2", "c_1")]
    pairs += [("c_0", "d_0"), ("c_1", "d_0"), ("b_1", "d_0"), ("d_0", "e_0"), ("b_2", "e_0")]
    edges = tuple(Edge(up, down, 0.3 / (i + 1), i % 3 == 2) for i, (up, down) in enumerate(pairs))
    tiles = tuple(each for row in rows for each in row)
    return Tree("graph", tree_alt(tiles, edges, tiles), rows, edges)


def figures() -> tuple[Drawing, ...]:
    course = tuple(float(np.log1p(step)) for step in range(64))
    return (
        Row("input", "The picture.", (tile("input", title="", alt="A cat looks at you."),)),
        Row(
            "pair",
            "Two units.",
            (tile("conv1_4", exemplars=exemplars()), tile("conv1_65", exemplars=exemplars())),
        ),
        tree("five", "fc6_1068", 5),
        tree("kept", "fc6_600", 3, exemplars=exemplars()),
        graph(),
        Row(
            "rules",
            "Three rules.",
            tuple(tile(f"fc8_284-{r}", note=r) for r in ("gradient", "deconvnet", "guided")),
        ),
        Row(
            "odd",
            "Some odd tiles.",
            (
                tile("fc6_12", picture=None, alt="fc6_12 does not fire on this picture."),
                tile("fc8_130", label="flamingo", curve=course),
                tile("conv5_9", outline=energy_box(attribution(sum(map(ord, "conv5_9"))))),
            ),
        ),
        Diagram("network", "Layers of 5, 3, 4 and 1 units.", (5, 3, 4, 1)),
        tree("five_again", "fc6_1068", 5),
        replace(graph(), name="compact", compact=True),
        replace(tree("charted", "fc7_22", 3), charts=(chart(),)),
    )


def chart() -> Chart:
    places = (0, 1, 2, 5, 20, 96)
    lines = (
        Line("by edge weight, inhibitory last: area 1.20", (0.0, 0.3, 0.5, 0.8, 1.3, 1.0)),
        Line("chosen greedily: area 1.25", (0.0, 0.3, 0.6, 0.9, 1.4, 1.0)),
        Line("at random: area 0.50", (0.0, 0.1, 0.1, 0.2, 0.5, 1.0), (0.0, 0.1, 0.1, 0.2, 0.2, 0.0)),
    )
    return Chart(
        "What fc7_22 keeps with so many units of fc6", "units of fc6", places, lines, "Five keep 80 %."
    )


PROSE = (
    "<p>A unit fires on <em>something</em>, and whatever made it fire lies in the layer below: look at the edges "
    'of <code>fc6_1068</code> first.<sup id="fnref:{n}"><a role="doc-noteref" href="#fn:{n}" '
    'class="footnote" rel="footnote">{n}</a></sup> The widest line is the strongest child, and a dashed one '
    "holds its parent down. Every tile has a scale of its own, so that a weak attribution is as easy to read as a "
    "strong one.</p>\n"
)


def build(folder: Path) -> None:
    """Write the page and all its files into a folder."""
    shown = figures()
    made = figures_html(shown, environment())
    parts, headings, sheets = [], [], style_sheet_once()
    for number, (figure, html) in enumerate(zip(shown, made, strict=True), start=1):
        heading = ContentsEntry(2, f"part-{number}", figure.name.title())
        headings.append(heading)
        caption = f"<figcaption>What <code>{figure.name}</code> shows.</figcaption>"
        title = f'<h2 id="{heading.id}">{heading.text}{heading_link(heading)}</h2>\n'
        parts.append(title + PROSE.format(n=number))
        parts.append(
            f'<figure class="zoom_img">\n{next(sheets)}{html.html}\n{caption}\n</figure>\n'
            + 2 * PROSE.split("<sup")[0]
            + "</p>"
        )
    notes = "".join(
        f'<li id="fn:{n}"><p>Note {n} says a little more. <a href="#fnref:{n}" class="reversefootnote" '
        'role="doc-backlink" aria-label="Back to the text">↩</a></p></li>'
        for n in range(1, len(shown) + 1)
    )
    body = "\n".join(parts) + f'<div class="footnotes" role="doc-endnotes"><ol>{notes}</ol></div>'
    page = PostPage(
        "gallery", "Every kind of figure", body, description="A page for tests.", contents=tuple(headings)
    )
    rendered = render_post(page, Site("Tests", address="https://example.org"))
    files = dict(rendered.files)
    for html in made:
        files.update(html.pictures)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "index.html").write_text(rendered.text, encoding="utf-8")
