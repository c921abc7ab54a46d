"""Everything shows itself: in words, as HTML that asks for no other file, as a picture, as files of every kind."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import catvis
from catvis.errors import CatvisError, UsageError
from catvis.interface.picture_look import PictureLook
from tests.small_world import SIDE, World, picture


@pytest.fixture
def look(at_home: World) -> PictureLook:
    picture().save("cat <1>.png")
    return catvis.open("small", cache=at_home.settings.cache).look("cat <1>.png")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_look(look: PictureLook) -> None:
    assert repr(look) == "<small on cat <1>.png: ibis with 55\N{NO-BREAK SPACE}%>"
    html = look._repr_html_()
    assert 'alt="cat &lt;1&gt;.png as small sees it"' in html
    assert "<td>fc4_8</td><td>ibis</td>" in html
    convolutions = catvis.open("small-conv").look(picture())
    assert repr(convolutions) == "<small-conv on picture: small-conv ends with conv2: it has no classes>"
    assert "it has no classes" in convolutions._repr_html_()


def test_tables(look: PictureLook) -> None:
    html = look.children("fc4_2", "fc3", 3)._repr_html_()
    assert html.startswith("<table><tr><th>unit</th><th>weight</th><th>share</th><th>without it</th></tr>")
    assert re.search(r"<td>fc3_8</td><td>-[\d.e-]+</td><td>-[\d.]+%</td>", html)
    assert "<th>label</th>" in look.top()._repr_html_()
    nothing = look.children("fc4_2→fc3_0", "conv2")
    assert (repr(nothing), nothing._repr_html_()) == ("(none)", "<p>(none)</p>")


def test_a_tile(look: PictureLook) -> None:
    tile = look.tile("fc4_2→fc3_10")
    assert repr(tile).startswith(
        "<tile of fc4_2→fc3_10: 26×26, guided backpropagation, full contrast is a gra"
    )
    shown = opened(tile._repr_png_())
    assert (shown.size, shown.mode) == ((SIDE, SIDE), "RGB")
    assert np.array_equal(np.asarray(shown), np.asarray(tile.image))
    original = look.tile("fc4_2→fc3_10", display="original")
    assert not np.array_equal(np.asarray(original.image), np.asarray(tile.image))


def test_a_tile_s_files(look: PictureLook) -> None:
    tile = look.tile("fc4_2")
    for name in ("x.png", "x.npy", "x.NPY", "x.svg"):
        tile.save(name)
    assert np.array_equal(np.load("x.NPY", allow_pickle=False), tile.array)
    assert opened(Path("x.png").read_bytes()).format == "PNG"
    assert ElementTree.parse("x.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    with pytest.raises(UsageError, match=r"'x.tif' ends neither in .png nor in .npy nor in .svg"):
        tile.save("x.tif")
    with pytest.raises(CatvisError, match=r"none/x.png cannot be written"):
        tile.save(Path("none", "x.png"))


def test_a_tree_is_a_trunk_with_children_at_each_step(look: PictureLook) -> None:
    tree = look.tree("fc4_2", ["fc3", "conv2"], 3, ablation=True)
    children = look.children("fc4_2", "fc3", 3)
    rows = [[tile.title for tile in row] for row in tree.drawing.rows]
    below = look.children(look.path("fc4_2").then(children[0].unit), "conv2", 3)
    assert rows == [
        ["fc4_2"], [str(child.unit) for child in children], [str(child.unit) for child in below]
    ]  # fmt: skip
    assert [edge.share for edge in tree.drawing.edges[:1]] == [children[0].share]
    assert all(edge.ablation is not None for edge in tree.drawing.edges)
    assert repr(tree).startswith("<figure: fc4_2 cat: fc3_10 excites it with")
    assert look.tree("fc4_2", "fc3").drawing.rows[1:] == look.tree("fc4_2", ["fc3"]).drawing.rows[1:]


def test_a_tile_s_command_is_that_of_the_command_line(look: PictureLook) -> None:
    html = look.tree("fc4_2", "fc3", 1)._repr_html_()
    assert "attribute small &#39;cat &lt;1&gt;.png&#39; &#39;fc4_2→fc3_10&#39; -o tile.png" in html


def test_html_asks_for_no_other_file(look: PictureLook) -> None:
    for html in (look.tree("fc4_2", "fc3", 2)._repr_html_(), look.tiles(["fc4_2", "conv1_0"])._repr_html_()):
        sources = re.findall(r'\b(?:src|href)="([^"]*)"', html)
        assert sources
        assert all(source.startswith(("data:image/", "#")) for source in sources)
        assert html.count("<style>") == 1
        assert "@import" not in html
        assert "url(" not in html


def test_two_figures_in_a_notebook_have_their_own_anchors(look: PictureLook) -> None:
    one, other = (look.tree("fc4_2", "fc3", count)._repr_html_() for count in (1, 2))
    anchors = [set(re.findall(r'\bid="([^"]+)"', html)) for html in (one, other)]
    assert all(anchors)
    assert anchors[0].isdisjoint(anchors[1])
    for html, own in zip((one, other), anchors, strict=True):
        assert set(re.findall(r'popovertarget="([^"]+)"', html)) <= own


def test_a_figure_s_files(look: PictureLook) -> None:
    tree = look.tree("fc4_2", "fc3", 2)
    for suffix, kind in (("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")):
        tree.save(f"tree.{suffix}")
        assert opened(Path(f"tree.{suffix}").read_bytes()).format == kind
    assert opened(tree._repr_png_()).size == opened(Path("tree.png").read_bytes()).size
    tree.save("tree.html")
    page = Path("tree.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert tree._repr_html_() in page
    tree.save("tree.svg")
    words = "".join(ElementTree.parse("tree.svg").getroot().itertext())
    assert "fc3_10" in words
    assert "cat" in words


def test_a_row_of_tiles_is_not_computed_again(look: PictureLook, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles = look.tiles(["fc4_2", "fc4_2→fc3_8", "conv1_0"])
    monkeypatch.setattr(
        "catvis.backward.sweep.attributions", lambda *args, **more: pytest.fail("swept again")
    )
    assert [tile.title for tile in tiles.figure.drawing.tiles] == ["fc4_2", "fc3_8", "conv1_0"]
    assert opened(tiles._repr_png_()).width > SIDE
    assert len(repr(tiles).splitlines()) == 3
    tiles[:2].save("row.svg")
