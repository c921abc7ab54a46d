"""Where it lies: the picture under an attribution, and tiles cropped to what siblings have in common."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from catvis.drawing.figure import Row, Tree
from catvis.figures.framing import common_frame, seen_within
from catvis.results import Box
from tests.figures.conftest import Compose
from tests.small_world import SIDE, World, paths

CHILDREN = "path: conv2_1, children: {layer: conv1, top: 2}"
starts = st.floats(0, 0.9)
sizes = st.floats(0.01, 0.1)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), starts, starts, sizes, sizes)


def tree(composed: Compose, figure: str) -> Tree:
    made = composed(paths(figure)).figures["figure"]
    assert isinstance(made, Tree)
    return made


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64)


def test_siblings_are_cropped_to_one_frame_that_is_marked_on_their_parent(composed: Compose) -> None:
    whole, cropped = tree(composed, CHILDREN), tree(composed, f"{CHILDREN}, crop: true")
    ((parent,), children) = cropped.rows
    (frame,) = {tile.frame for tile in children}
    assert frame is not None
    assert parent.frame is None
    assert parent.outline == frame
    for tile, before in zip(children, whole.rows[1], strict=True):
        assert tile.picture.width == tile.picture.height < SIDE == before.picture.width
        top, left = int(frame.top * SIDE), int(frame.left * SIDE)
        part = pixels(before.picture.data)[top : top + tile.picture.height, left : left + tile.picture.width]
        assert np.corrcoef(pixels(tile.picture.data).ravel(), part.ravel())[0, 1] > 0.9
        assert "of the picture’s width" in dict(tile.details)["Part"]


def test_what_fills_the_picture_is_not_cropped(composed: Compose) -> None:
    figure = composed(paths("units: [fc4_2, fc4_8], crop: true")).figures["figure"]
    assert isinstance(figure, Row)
    assert {tile.frame for tile in figure.tiles} == {None}


def test_the_picture_lies_under_each_attribution(composed: Compose, world: World) -> None:
    plain = composed(paths("units: [conv1_0]")).figures["figure"].tiles[0]
    placed = composed(paths("units: [conv1_0], context: true")).figures["figure"].tiles[0]
    seen = pixels(plain.under.data).mean(axis=2)
    # Where nothing of the attribution is, the tile is the picture's brightness with a third of its contrast.
    far = np.abs(pixels(plain.picture.data) - 128).max(axis=2) < 1
    shown = pixels(placed.picture.data).mean(axis=2)
    assert far.sum() > 20
    assert np.corrcoef(seen[far], shown[far])[0, 1] > 0.8
    assert placed.under is None


def test_every_tile_has_the_picture_to_be_looked_at_beneath_it(composed: Compose) -> None:
    tiles = composed(paths("units: [conv1_0, conv1_7, fc4_2→conv2_7]")).figures["figure"].tiles
    assert [tile.under is not None for tile in tiles] == [True, False, True]
    assert tiles[0].under == tiles[2].under


@given(st.lists(boxes, min_size=1, max_size=4))
def test_a_common_frame_is_square_holds_all_and_lies_in_the_picture(every: list[Box]) -> None:
    frame = common_frame(every)
    if frame is None:
        return
    assert frame.width == pytest.approx(frame.height)
    assert min(frame.left, frame.top) >= 0
    assert max(frame.right, frame.bottom) <= 1 + 1e-9
    for box in every:
        assert frame.left <= box.left + 1e-9
        assert frame.top <= box.top + 1e-9
        assert box.right <= frame.right + 1e-9
        assert box.bottom <= frame.bottom + 1e-9


@pytest.mark.parametrize(
    ("part", "frame", "seen"),
    [
        (Box(0.2, 0.2, 0.4, 0.4), None, Box(0.2, 0.2, 0.4, 0.4)),
        (Box(0.2, 0.2, 0.4, 0.4), Box(0.0, 0.0, 0.4, 0.4), Box(0.5, 0.5, 1.0, 1.0)),
        (Box(0.0, 0.0, 0.9, 0.9), Box(0.2, 0.2, 0.4, 0.4), None),
        (Box(0.6, 0.6, 0.9, 0.9), Box(0.2, 0.2, 0.4, 0.4), None),
    ],
)
def test_a_part_is_marked_where_a_tile_shows_it(part: Box, frame: Box | None, seen: Box | None) -> None:
    assert seen_within(part, frame) == seen
