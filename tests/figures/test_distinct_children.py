"""Distinct children: found over the network's collection, each saying what it stands for."""

from __future__ import annotations

import re

import pytest

from catvis.drawing.figure import Row
from catvis.errors import ContentError
from catvis.figures.distinct_children import FoundDistinct
from catvis.results import Distinct
from catvis.terms import Unit
from tests.figures.conftest import Compose
from tests.figures.test_trees import rows, tile_of, tree
from tests.small_world import World, paths

FIGURE = "path: fc4_2, children: {layer: fc3, distinct: 2}"


@pytest.mark.slow
def test_distinct_children_say_what_they_stand_for(mined: World, composed: Compose) -> None:
    figure = tree(composed, FIGURE)
    (_, below) = rows(figure)
    assert len(below) == 2
    assert figure.caption is not None
    assert (
        "Chosen on 12 pictures and judged on 12 others, these 2 of 16 units of fc3 explain " in figure.caption
    )
    for title in below:
        tile = tile_of(figure, title)
        others = dict(tile.details)["Stands for"]
        count = 0 if others == "no other unit" else len(others.split(", "))
        words = "stands for itself" if count == 0 else f"stands for {count} other{'s' if count > 1 else ''}"
        assert tile.note == words


@pytest.mark.slow
def test_a_unit_that_tells_nothing_is_refused_for_what_was_seen(mined: World, composed: Compose) -> None:
    with pytest.raises(ContentError) as error:
        composed(paths("path: fc4_2→fc3_15, children: {layer: conv2, distinct: 2}"))
    assert (
        "paths.yaml:4:24: nothing tells the children of fc3_15 apart: on a half of the 24 pictures that were "
        "looked at, it is always the same, or each unit of conv2 is"
    ) in str(error.value)


@pytest.mark.parametrize(
    ("strongest", "beside", "said"),
    [
        (3, 0.5, "fires; the 3 strongest on this picture 50 %, and 3 at random 20 % (±10 %)."),
        (2, 0.5, "fires; the 2 strongest on this picture 50 %, and 3 at random 20 % (±10 %)."),
        (1, 0.5, "fires; the strongest on this picture 50 %, and 3 at random 20 % (±10 %)."),
        (0, None, "fires; 3 at random 20 % (±10 %)."),
    ],
)
def test_as_many_of_the_strongest_are_named_as_there_are(
    strongest: int, beside: float | None, said: str
) -> None:
    found = Distinct((4, 1, 7), ((), (), ()), 0.8, beside, 0.2, 0.1, 24)
    sentence = FoundDistinct(Unit("fc4", 2), "fc3", 16, strongest, found).sentence
    assert sentence.replace("\N{NO-BREAK SPACE}", " ").endswith(said)


def test_without_a_collection_there_is_nothing_to_find_them_over(composed: Compose) -> None:
    with pytest.raises(ContentError) as error:
        composed(paths(FIGURE))
    assert "paths.yaml:4:18: small has no collection of pictures to find distinct children over" in str(
        error.value
    )
    assert "mine small FOLDER" in str(error.value)


SHARED = "compare: [fc3_10, fc3_7], shared: true"


@pytest.mark.slow
def test_two_units_say_what_they_share(mined: World, composed: Compose) -> None:
    row = composed(paths(SHARED)).figures["figure"]
    assert isinstance(row, Row)
    assert row.caption is not None
    assert row.caption.startswith("Of their 5 strongest children in conv2 they share ")
    assert "Over 24 pictures their strengths " in row.caption
    counts = [int(number) for number in re.findall(r"on (\d+)", row.caption)]
    assert len(counts) == 3
    assert sum(counts) <= 24
    details = dict(row.tiles[-1].details)
    for unit, count in zip(("fc3_10", "fc3_7"), counts[1:], strict=True):
        names = details[f"Only {unit}"]
        assert (names == "on no picture") == (count == 0)


@pytest.mark.slow
@pytest.mark.parametrize("sides", ["fc4_2, fc4_8", "fc3_10, fc4_8"])
def test_of_scores_before_softmax_none_is_said_to_fire(mined: World, composed: Compose, sides: str) -> None:
    row = composed(paths(f"compare: [{sides}], shared: true")).figures["figure"]
    assert isinstance(row, Row)
    assert re.search(r" Over 24 pictures their strengths correlate −?[01]\.\d\d\.$", row.caption or "")
    assert not any(name.startswith("Only ") for name, _ in row.tiles[-1].details)


def test_units_cannot_be_compared_over_nothing(composed: Compose) -> None:
    with pytest.raises(ContentError, match="small has no collection of pictures to compare units over"):
        composed(paths(SHARED))
