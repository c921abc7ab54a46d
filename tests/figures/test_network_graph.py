"""``graph``: the strongest paths from a unit down to the lowest layer, each unit once."""

from __future__ import annotations

import pytest

from catvis.drawing.arranging import WIDTHS, arrange
from catvis.drawing.figure import Tree
from catvis.errors import ContentError
from tests.figures.conftest import Compose
from tests.figures.test_trees import edges, rows, tree
from tests.small_world import paths


def test_a_graph_goes_down_to_the_lowest_layer(composed: Compose) -> None:
    figure = tree(composed, "graph: top, each: 3")
    layers = [{title.rpartition("_")[0] for title in row} for row in rows(figure)]
    assert layers == [{"fc4"}, {"fc3"}, {"conv2"}, {"conv1"}]
    assert [len(row) for row in figure.rows] == [1, 3, 3, 3]
    assert figure.compact
    assert figure.caption == (
        "The strongest paths from fc4_8 down to conv1: of each layer the units that are reached most strongly, "
        "3 at most, each with the edges that reach it most, 2 at most."
    )


def test_what_a_post_says_of_trees_is_not_said_of_graphs(composed: Compose) -> None:
    asked = paths("graph: conv2_7, each: 2")
    plain, cropped = (composed(written).figures["figure"] for written in (asked, "crop: true\n" + asked))
    assert cropped == plain


def test_every_unit_is_reached_by_one_or_two_lines(composed: Compose) -> None:
    figure = tree(composed, "graph: fc4_2, each: 4")
    ends = [child for _, child in edges(figure)]
    every = [title for row in rows(figure)[1:] for title in row]
    assert sorted(set(ends)) == sorted(every)
    assert all(1 <= ends.count(title) <= 2 for title in every)


def test_the_strongest_children_come_first(composed: Compose) -> None:
    chosen = set(rows(tree(composed, "graph: fc4_2, each: 2"))[1])
    assert chosen == {"fc3_10", "fc3_7"}


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_stay_rows_on_a_phone(composed: Compose, width: float) -> None:
    layout = arrange(tree(composed, "graph: top, each: 4"), width)
    assert layout.kind == "rows"
    assert layout.width <= width
    assert layout.slots[0].picture.width >= 52


def test_a_graph_starts_at_a_path_s_end(composed: Compose) -> None:
    assert rows(tree(composed, "graph: fc4_2→fc3_10, each: 2"))[:2] == [["fc4_2"], ["fc3_10"]]


def test_a_start_that_does_not_fire(composed: Compose) -> None:
    with pytest.raises(ContentError, match="fc3_15 does not fire"):
        composed(paths("graph: fc3_15"))


def test_branches_side_by_side_are_both_gone_down(composed: Compose) -> None:
    written = paths("graph: top, each: 2").replace("small", "small-branches")
    figure = composed(written).figures["figure"]
    assert isinstance(figure, Tree)
    assert [{title.rpartition("_")[0] for title in row} for row in rows(figure)] == [
        *({"fc4"}, {"both"}, {"right"}, {"left"}, {"conv1"})
    ]
    layers = {(one.rpartition("_")[0], other.rpartition("_")[0]) for one, other in edges(figure)}
    assert layers >= {("both", "right"), ("both", "left")}
    assert layers.isdisjoint({("right", "left"), ("both", "conv1")})
    assert {upper for upper, lower in layers if lower == "conv1"} <= {"right", "left"}
    assert figure.caption is not None
    assert "down to conv1" in figure.caption
