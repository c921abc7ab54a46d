from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from catvis.drawing.arranging import arrange
from catvis.drawing.diagram import arrange_diagram
from catvis.drawing.encode import decode, encode, mosaic
from catvis.drawing.figure import Diagram, Edge, Row, Tree, anchor
from catvis.drawing.raster import composite, encode_composite, thumbnail
from catvis.drawing.svg import curve_svg, diagram_svg, lines_svg
from catvis.drawing.wording import (
    change_text,
    hundredths,
    number,
    percent,
    place_words,
    share_text,
    tile_alt,
    tree_alt,
)
from catvis.page.templates import FONTS
from catvis.results import Box, Composite
from tests.drawing.figures import grid, picture, tile

EDGE = Edge("a_0", "b_0", 0.25)


def small_tree() -> Tree:
    return Tree(
        "t", "A tree.", ((tile("a_0"),), (tile("b_0"), tile("b_1"))), (EDGE, Edge("a_0", "b_1", 0.1, True))
    )


def test_equal_pictures_have_one_name() -> None:
    assert picture(1).name == picture(1).name != picture(2).name
    assert re.fullmatch(r"[0-9a-f]{16}\.jpg", picture(1).name)


def test_anchors_hold_only_what_an_address_can() -> None:
    assert anchor("fc6_1068", "conv5_129") == "fc6_1068-conv5_129"
    assert re.fullmatch(r"[A-Za-z0-9._-]+", anchor("fc6→é", 'a"b c'))


@pytest.mark.parametrize(
    ("rows", "edges", "says"),
    [
        (((tile("a_0"), tile("a_0")),), (), "more than one tile is called a_0"),
        (((tile("a_0"),),), (EDGE,), "no such tiles"),
        (((tile("b_0"),), (tile("a_0"),)), (EDGE,), "does not go down"),
        (((tile("a_0"),), (tile("b_0"),)), (EDGE, EDGE), "more than one edge"),
        ((), (), "at least one tile"),
    ],
)
def test_a_tree_that_cannot_be_drawn_says_why(rows: tuple, edges: tuple, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Tree("t", "", rows, edges)


def test_a_diagram_needs_units() -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        Diagram("d", "", (3, 0))


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.5, "50 %"), (0.123, "12 %"), (0.034, "3.4 %"), (0.0949, "9.5 %"), (0.0001, "<0.1 %"), (0.0, "0.0 %")],
)
def test_shares_have_two_digits(share: float, shown: str) -> None:
    assert percent(share) == shown.replace(" ", "\N{NO-BREAK SPACE}")


def test_signs_are_written() -> None:
    assert change_text(-0.18).replace("\N{NO-BREAK SPACE}", " ") == "−18 %"
    assert change_text(0.05).startswith("+")
    assert share_text(Edge("a", "b", 0.1, inhibitory=True)).startswith("−")


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (41.23, "41.2"), (0.03124, "0.0312"), (-2.5, "−2.5"), (1234.5, "1234")]
)
def test_activations_have_three_digits(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "1.00"), (0.0064, "0.01"), (-0.296, "−0.30"), (-0.001, "0.00")]
)
def test_correlations_are_shown_to_hundredths(value: float, shown: str) -> None:
    assert hundredths(value) == shown


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box(0.0, 0.0, 0.3, 0.3), "the upper left"),
        (Box(0.4, 0.4, 0.6, 0.6), "the centre"),
        (Box(0.7, 0.4, 1.0, 0.6), "the right side"),
        (Box(0.4, 0.7, 0.6, 1.0), "the lower part"),
        (Box(0.0, 0.0, 1.0, 1.0), "nearly the whole picture"),
    ],
)
def test_places_have_words(box: Box, words: str) -> None:
    assert place_words(box) == words


def test_alternative_texts_say_the_facts() -> None:
    text = tile_alt(
        "fc8_284", label="Siamese cat", activation=31.72, region=Box(0.0, 0.0, 0.2, 0.2), reason="by guided"
    )
    assert (
        text == "fc8_284 (Siamese cat), activation 31.7: what excites it lies in the upper left; by guided."
    )
    assert "does not fire" in tile_alt("fc6_12", silent=True)
    tree = small_tree()
    told = tree_alt(tree.tiles, tree.edges, tree.tiles).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "a_0: b_0 excites it with 25 %, b_1 inhibits it with 10 %."


def test_a_tile_keeps_its_colours_and_its_size_through_encoding() -> None:
    pixels = np.full((40, 40, 3), 128, np.uint8)
    pixels[10:30, 10:30] = (230, 40, 60)
    encoded = encode(pixels)
    assert (encoded.width, encoded.height, encoded.media_type) == (40, 40, "image/jpeg")
    shown = np.asarray(decode(encoded)).astype(int)
    assert np.abs(shown[20, 20] - (230, 40, 60)).max() <= 8
    assert np.abs(shown[2, 2] - 128).max() <= 2


def test_fringes_of_colour_survive_encoding() -> None:
    pixels = np.full((40, 40, 3), 128, np.uint8)
    pixels[:, ::2, 0], pixels[:, 1::2, 2] = 200, 200
    shown = np.asarray(decode(encode(pixels))).astype(int)
    assert np.abs(shown - pixels).max() <= 24  # at half the resolution of colour, both fringes become one


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (4, 2, 2), (5, 3, 2), (16, 4, 4)])
def test_a_mosaic_is_a_grid(count: int, columns: int, rows: int) -> None:
    sheet = mosaic([picture(i) for i in range(count)])
    assert (sheet.width, sheet.height) == (columns * 116 - 4, rows * 116 - 4)


def test_a_mosaic_has_no_bars() -> None:
    red = np.full((40, 90, 3), (200, 30, 30), np.uint8)
    sheet = np.asarray(decode(mosaic([encode(red), encode(red.transpose(1, 0, 2))])))
    cells = np.concatenate([sheet[2:-2, 2:110], sheet[2:-2, 118:-2]])  # colours run two pixels from a seam
    assert np.abs(cells.astype(int) - (200, 30, 30)).max() <= 8


def test_inhibitory_lines_are_told_apart_in_svg() -> None:
    svg = lines_svg(arrange(small_tree(), 960.0), "x")
    assert svg.count("<path") == 2
    assert svg.count("cv-inhibits") == 1


def test_curves_fit_their_box() -> None:
    points = [
        tuple(map(float, p.split(",")))
        for p in re.findall(r'points="([^"]+)"', curve_svg((5.0, 1.0, 9.0)))[0].split()
    ]
    assert points[0][0] == 0
    assert points[-1] == (100, 4)
    assert all(4 <= y <= 44 for _, y in points)
    assert "nan" not in curve_svg((2.0,))


def test_a_large_layer_is_drawn_in_part_and_counted() -> None:
    layout = arrange_diagram(Diagram("d", "", (1000, 3)))
    assert len(layout.units) == 8 + 3
    assert len(layout.dots) == 3
    assert layout.words[0][0] == "input: 1000"
    assert len(layout.lines) == 8 * 3


def test_an_alternative_text_cannot_break_out_of_the_svg() -> None:
    svg = diagram_svg(arrange_diagram(Diagram("d", "", (1, 1))), '"><script>')
    assert "<script" not in svg
    assert '"&gt;' not in svg


@pytest.mark.parametrize("suffix", ["png", ".jpg", "jpeg", "webp"])
def test_composites_come_in_every_form_that_markdown_names(suffix: str) -> None:
    image = composite(small_tree(), FONTS)
    data = encode_composite(image, suffix)
    assert len(data) < 200_000
    assert image.width > 400


@pytest.mark.parametrize(
    ("size", "small"), [((1440, 800), (720, 400)), ((400, 300), (400, 300)), ((720, 5760), (360, 2880))]
)
def test_a_thumbnail_is_as_large_as_a_list_needs(size: tuple[int, int], small: tuple[int, int]) -> None:
    red = Image.new("RGB", size, "red")
    made = thumbnail(Composite(encode_composite(red, "jpg"), *size))
    assert (made.width, made.height) == small
    assert made.name.endswith(".jpg")
    with Image.open(io.BytesIO(made.data)) as read:
        assert read.size == small
        assert read.convert("RGB").getpixel((5, 5)) == pytest.approx((255, 0, 0), abs=8)


def test_a_composite_of_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="gif"):
        encode_composite(Image.new("RGB", (4, 4)), "gif")


def test_a_composite_shows_every_kind_of_tile() -> None:
    tiles = (
        tile("a_0", exemplars=grid(4), activation=2.0),
        tile("a_1", picture=None),
        tile(
            "a_2",
            curve=(1.0, 3.0),
            outline=Box(0.1, 0.1, 0.4, 0.4),
            label="a label that is far too long to fit in",
        ),
    )
    pixels = np.asarray(composite(Row("r", "", tiles), FONTS))
    assert (pixels == (0xEC, 0xEE, 0xF1)).all(axis=2).any()
    assert composite(Diagram("d", "", (5, 3, 12)), FONTS).size[0] > 300
