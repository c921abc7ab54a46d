"""A figure as vectors: well-formed, whole, with the words and pictures of its composite, whatever they hold."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from catvis.drawing.arranging import WIDTHS, arrange
from catvis.drawing.figure import Diagram, Edge, Row, Tree
from catvis.drawing.painting import MARGIN
from catvis.drawing.vector import figure_svg
from catvis.page.templates import FONTS
from catvis.results import Box
from tests.drawing.figures import Recipe, grid, tile, trees

SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure: Row | Tree | Diagram) -> ElementTree.Element:
    return ElementTree.fromstring(figure_svg(figure, FONTS))


@pytest.mark.slow
@given(trees())
@settings(max_examples=10, deadline=None)
def test_every_tile_and_edge_is_there(recipe: Recipe) -> None:
    figure = recipe.tree()
    root = drawn(figure)
    layout = arrange(figure, WIDTHS[-1])
    pictures = [one.picture for one in figure.tiles if one.picture]
    data = [base64.b64decode(image.get("href").partition(",")[2]) for image in root.iter(f"{SVG}image")]
    assert all(picture.data in data for picture in pictures)
    assert len(list(root.iter(f"{SVG}path"))) == len(layout.strokes)
    assert float(root.get("width")) >= layout.width + 2 * MARGIN - 0.1
    assert root.get("aria-label") == figure.alt


def test_an_inhibitory_edge_is_dashed() -> None:
    edges = (Edge("a_0", "b_0", 0.25), Edge("a_0", "b_1", 0.1, inhibitory=True))
    root = drawn(Tree("t", "", ((tile("a_0"),), (tile("b_0"), tile("b_1"))), edges))
    assert sum(path.get("stroke-dasharray") is not None for path in root.iter(f"{SVG}path")) == 1
    assert "−10" in "".join(root.itertext())


def test_what_others_wrote_stays_text() -> None:
    hostile = replace(tile("a_0"), label='"</text><script>alert(1)</script>&', note="<b>")
    root = drawn(Row("r", '" onload="alert(1)', (hostile,)))
    assert not list(root.iter(f"{SVG}script"))
    assert root.get("onload") is None
    assert "<script>" in "".join(root.itertext())


def test_other_parts_of_figures() -> None:
    tiles = (
        replace(tile("a_0"), picture=None),
        replace(tile("a_1"), outline=Box(0.1, 0.2, 0.5, 0.6)),
        replace(tile("a_2"), curve=(1.0, 3.0, 2.0), exemplars=grid()),
        replace(tile("a_3"), title="x" * 300),
    )
    root = drawn(Row("r", "", tiles))
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "does not fire" in words
    assert any(word.endswith("…") for word in words)
    assert len(list(root.iter(f"{SVG}polyline"))) == 1
    diagram = drawn(Diagram("d", "", (5, 3, 12)))
    assert len(list(diagram.iter(f"{SVG}circle"))) >= 8
