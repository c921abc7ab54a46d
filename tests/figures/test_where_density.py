"""Where a unit counts for one above it, measured over what excites the latter most."""

from __future__ import annotations

import re
from typing import Any

import pytest

from catvis.drawing.figure import Row
from catvis.errors import ContentError, StoreError
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.mine import mine
from catvis.exemplars.place import store_file
from catvis.exemplars.store_writer import StoreWriter
from tests.figures.conftest import Compose
from tests.small_world import SmallSource, World, paths


def row(composed: Compose, figure: str) -> Row:
    found = composed(paths(figure)).figures["figure"]
    assert isinstance(found, Row)
    return found


@pytest.mark.slow
def test_a_unit_above_without_a_map_looks_at_the_whole_picture(mined: World, composed: Compose) -> None:
    figure = row(composed, "where: fc4_2→fc3_10→conv2_7")
    assert [tile.title for tile in figure.tiles] == ["conv2_7", "where it counts", "where it fires"]
    assert figure.caption is not None
    assert re.fullmatch(
        r"Over the \d+ pictures that excite fc3_10 most, (what it takes from conv2_7|what conv2_7 takes from it) "
        r"is spread ±[\d.]+\N{NO-BREAK SPACE}% of the picture around its middle; "
        r"over the \d+ that excite conv2_7 most, where that fires, ±[\d.]+\N{NO-BREAK SPACE}%\.",
        figure.caption,
    )
    for tile in figure.tiles[1:]:
        assert tile.picture is not None
        assert tile.outline is None
        assert re.fullmatch(r"(\d+)×\1", dict(tile.details)["Places"])


@pytest.mark.slow
def test_of_a_unit_with_a_map_its_own_place_lies_in_the_middle(mined: World, composed: Compose) -> None:
    figure = row(composed, "where: conv2_7→conv1:top1, caption: There.")
    assert figure.caption == "There."
    for tile in figure.tiles[1:]:
        assert tile.outline is not None
        assert tile.outline.left + tile.outline.right == pytest.approx(1)
        assert tile.outline.top + tile.outline.bottom == pytest.approx(1)
        assert dict(tile.details)["Places"].endswith("around conv2_7’s own")


def mined_again(world: World, **how: Any) -> None:
    network = SmallSource("small", (world.folder / "weights" / "small.txt",)).load()
    file = store_file(world.settings.cache, "small")
    mine(network, FolderCollection(world.folder / "collection"), file, workers=0, **how)


@pytest.mark.slow
def test_places_are_measured_over_what_was_mined_last(mined: World, composed: Compose) -> None:
    figure = "where: conv2_7→conv1:top1"
    before = row(composed, figure)
    mined_again(mined, per_unit=4)
    assert (row(composed, figure).caption or "").startswith("Over the 4 pictures that excite conv2_7 most, ")
    mined_again(mined)
    assert row(composed, figure) == before


@pytest.mark.slow
def test_an_interrupted_choice_is_said_and_not_remembered(
    mined: World, composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(StoreWriter, "choose", interrupted)
        with pytest.raises(KeyboardInterrupt):
            mined_again(mined, distinct=True)
    with pytest.raises(StoreError, match=r"small\.sqlite is not finished: mining was interrupted"):
        row(composed, "where: conv2_7→conv1:top1")
    mined_again(mined)
    assert row(composed, "where: conv2_7→conv1:top1").caption


@pytest.mark.slow
@pytest.mark.parametrize(("scanned", "missing"), [("fc3", "conv2"), ("conv2", "fc3")])
def test_a_layer_that_was_not_scanned_is_said(
    mined: World, composed: Compose, scanned: str, missing: str
) -> None:
    store_file(mined.settings.cache, "small").unlink()
    mined_again(mined, layers=[scanned])
    with pytest.raises(StoreError) as error:
        row(composed, "where: fc3_10→conv2_7")
    assert f"small.sqlite holds nothing of {missing}: {scanned} was scanned" in str(error.value)
    assert "delete it and mine again, without --layers" in str(error.value)


def test_places_cannot_be_measured_over_nothing(composed: Compose) -> None:
    with pytest.raises(ContentError) as error:
        composed(paths("where: fc3_10→conv2_7"))
    message = str(error.value)
    assert "paths.yaml:4:19: small has no collection of pictures to measure places over" in message
    assert "mine small FOLDER" in message
