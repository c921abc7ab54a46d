"""``keep`` and ``curve``: what the children of a unit keep of it, in words and as a chart."""

from __future__ import annotations

import re

import pytest

from catvis.drawing.figure import Tree
from catvis.errors import ContentError
from tests.figures.conftest import Compose
from tests.figures.test_trees import tree
from tests.small_world import paths


def test_the_caption_says_what_the_shown_children_keep(composed: Compose) -> None:
    caption = tree(composed, "path: fc4_2, children: {layer: fc3, top: 3}, keep: true").caption
    assert caption is not None
    assert "These 3 of 16 units of fc3 keep " in caption
    assert " of fc4_2 when all others are silenced; 3 chosen at random keep " in caption


def test_one_child_is_spoken_of_alone(composed: Compose) -> None:
    caption = tree(composed, "path: fc4_2, children: [fc3_10], keep: true").caption
    assert caption is not None
    assert "This unit keeps " in caption
    assert "one chosen at random keeps " in caption


def test_all_units_keep_everything(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: [fc3_3, fc3_4, fc3_7, fc3_8, fc3_10, fc3_11], keep: true")
    assert "keep 100\N{NO-BREAK SPACE}% of fc4_2" in (figure.caption or "")


def test_a_curve_stands_below_the_tiles(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: {layer: fc3, top: 3}, curve: true")
    (chart,) = figure.charts
    assert [line.name.split(":")[0] for line in chart.lines] == [
        "by edge weight, inhibitory last",
        "chosen greedily",
        "at random",
    ]
    assert chart.places[-1] == 16
    assert all(line.heights[-1] == pytest.approx(1) for line in chart.lines)
    assert chart.alt in (figure.caption or "")
    assert chart.alt.startswith("Of 16 units of fc3, 3 keep ")
    assert " of fc4_2 when chosen greedily, " in chart.alt
    assert " in the order of edge weights, the largest first and inhibitory ones last, and " in chart.alt


@pytest.mark.parametrize("path", ["fc4_2", "fc4_2→fc3_10", "fc4_2→fc3_7"])
def test_the_order_of_edge_weights_is_that_of_the_shown_children(composed: Compose, path: str) -> None:
    """Guided edges are never inhibitory, so that the largest are the first."""
    asked = f"path: {path}, children: {{layer: conv2, top: 3}}, edges: guided, keep: true, curve: true"
    figure = tree(composed, asked)
    kept = re.search(r"These 3 of 12 units of conv2 keep (\S+\s%) of", figure.caption or "")
    assert kept is not None
    assert f", {kept[1]} in the order of edge weights, " in figure.charts[0].alt


def test_several_parents_have_a_curve_each(composed: Compose) -> None:
    figure = tree(composed, "paths: [fc4_2, fc4_8], children: {layer: fc3, top: 2}, curve: true")
    assert [chart.title.split()[1] for chart in figure.charts] == ["fc4_2", "fc4_8"]


def test_the_author_s_caption_takes_the_place_of_the_words(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: fc3, keep: true, caption: Mine")
    assert figure.caption == "Mine"


def test_false_asks_for_nothing(composed: Compose) -> None:
    asked = tree(composed, "path: fc4_2, children: {layer: fc3, top: 3}, keep: false, curve: false")
    assert isinstance(asked, Tree)
    assert asked.charts == ()
    assert "keep" not in (asked.caption or "")


def test_a_unit_that_a_layer_does_not_excite(composed: Compose) -> None:
    with pytest.raises(ContentError) as error:
        composed(paths("path: fc4_2→fc3_15, children: [conv2_1], keep: true"))
    assert "paths.yaml:4:24: fc3_15 is 0 with all of conv2 and 0 with none of it" in str(error.value)


def test_a_branch_beside_the_unit_has_nothing_to_keep(composed: Compose) -> None:
    written = paths("path: right_0, children: [left_0], curve: true").replace("small", "small-branches")
    with pytest.raises(ContentError, match=r"right_0 is ([\d.]+) with all of left and \1 with none of it"):
        composed(written)
