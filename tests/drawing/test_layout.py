from __future__ import annotations

from itertools import combinations, pairwise
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catvis.drawing.arranging import WIDTHS, arrange
from catvis.drawing.curves import sampled, stroke_width
from catvis.drawing.figure import Edge, Row, Tree
from catvis.drawing.layered import layered
from catvis.drawing.layout import Layout, Stroke
from catvis.drawing.outline import outline
from catvis.results import Box
from tests.drawing.figures import Recipe, grid, tile, trees

every_width = st.sampled_from(WIDTHS)


def around(stroke: Stroke) -> list[Box]:
    """Small boxes that a stroke's width crosses at right angles to its way, the two ends left out."""
    marks = []
    points = sampled(stroke.points, steps=8)
    for (x0, y0), (x, y), (x1, y1) in zip(points, points[1:], points[2:], strict=False):
        length = hypot(x1 - x0, y1 - y0) or 1.0
        across, down = (abs(y1 - y0) / length, abs(x1 - x0) / length)
        half = stroke.width / 2
        marks.append(Box(x - half * across, y - half * down, x + half * across, y + half * down))
    return marks


def assert_clear(layout: Layout) -> None:
    """Nothing lies on anything else, and nothing lies outside."""
    whole = Box(0.0, 0.0, layout.width, layout.height)
    boxes = [box for slot in layout.slots for box in (*slot.labels, slot.picture, *slot.grids)]
    boxes += [slot.curve for slot in layout.slots if slot.curve]
    for box in boxes:
        assert box.left >= whole.left - 1e-6
        assert box.right <= whole.right + 1e-6
        assert box.top >= whole.top - 1e-6
        assert box.bottom <= whole.bottom + 1e-6
    for one, other in combinations([slot.at for slot in layout.slots], 2):
        assert not one.overlaps(other)
    for slot in layout.slots:
        parts = [*slot.labels, slot.picture, *slot.grids, *([slot.curve] if slot.curve else [])]
        for one, other in combinations(parts, 2):
            assert not one.overlaps(other)
    for stroke in layout.strokes:
        for mark in around(stroke):
            for slot in layout.slots:
                assert not any(mark.overlaps(label) for label in slot.labels), (stroke.edge, slot.key)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_line_has_turned_before_the_share_that_stands_on_it(width: float) -> None:
    keys = [f"L{level}_0" for level in range(6)]
    edges = tuple(Edge(*pair, share=1.0, inhibitory=False, ablation=None) for pair in pairwise(keys))
    assert_clear(arrange(Tree("chain", "A chain.", tuple((tile(key),) for key in keys), edges), width))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(trees(), every_width)
def test_no_line_meets_a_label_and_no_box_another(recipe: Recipe, width: float) -> None:
    tree = recipe.tree()
    layout = arrange(tree, width)
    assert layout.width <= width
    assert_clear(layout)
    assert {slot.key for slot in layout.slots} == {each.key for each in tree.tiles}
    assert len([stroke for stroke in layout.strokes if stroke.edge]) == len(tree.edges)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(trees(deepest=7, widest=3), st.sampled_from((288.0, 352.0, 512.0)))
def test_outlines_are_clear_too(recipe: Recipe, width: float) -> None:
    assert_clear(outline(recipe.tree(), width))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(trees())
def test_lines_begin_at_the_parent_and_end_at_the_child(recipe: Recipe) -> None:
    layout = layered(recipe.tree(), 4000.0)
    assert layout is not None
    slots = {slot.key: slot for slot in layout.slots}
    for stroke in layout.strokes:
        assert stroke.edge is not None
        parent, child = slots[stroke.edge.parent], slots[stroke.edge.child]
        start, end = stroke.points[0], stroke.points[-1]
        assert parent.picture.left <= start[0] <= parent.picture.right
        assert start[1] == pytest.approx(parent.at.bottom)
        share = child.shares[child.arriving.index(stroke.edge)]
        assert end == pytest.approx(((share.left + share.right) / 2, share.top))


def test_a_row_of_children_stands_level_and_in_order() -> None:
    children = tuple(tile(f"b_{i}", label="eye" if i == 2 else None) for i in range(5))
    edges = tuple(Edge("a_0", child.key, share=0.1 * (5 - i)) for i, child in enumerate(children))
    layout = arrange(Tree("t", "", ((tile("a_0"),), children), edges), 960.0)
    placed = {slot.key: slot for slot in layout.slots}
    tops = {placed[child.key].picture.top for child in children}
    assert len(tops) == 1
    lefts = [placed[child.key].picture.left for child in children]
    assert lefts == sorted(lefts)
    middle = placed["b_2"].picture
    assert placed["a_0"].picture.left == pytest.approx(middle.left)


def test_a_lone_grandchild_stands_below_its_parent() -> None:
    rows = ((tile("a_0"),), tuple(tile(f"b_{i}") for i in range(5)), (tile("c_0"),))
    edges = (*(Edge("a_0", f"b_{i}", 0.1) for i in range(5)), Edge("b_4", "c_0", 0.2))
    layout = arrange(Tree("t", "", rows, edges), 960.0)
    placed = {slot.key: slot for slot in layout.slots}
    assert placed["c_0"].picture.left == pytest.approx(placed["b_4"].picture.left)


def test_a_narrow_place_gets_an_outline() -> None:
    children = tuple(tile(f"b_{i}") for i in range(5))
    edges = tuple(Edge("a_0", child.key, share=0.1) for child in children)
    tree = Tree("t", "", ((tile("a_0"),), children), edges)
    assert arrange(tree, 352.0).kind == "list"
    assert arrange(tree, 680.0).kind == "rows"


def test_a_unit_with_two_parents_hangs_below_the_later_one() -> None:
    rows = ((tile("a_0"),), (tile("b_0"), tile("b_1")), (tile("c_0"),))
    edges = (
        Edge("a_0", "b_0", 0.5),
        Edge("a_0", "b_1", 0.3),
        Edge("b_0", "c_0", 0.2),
        Edge("b_1", "c_0", 0.1),
    )
    layout = outline(Tree("t", "", rows, edges), 352.0)
    assert [slot.key for slot in layout.slots] == ["a_0", "b_0", "b_1", "c_0"]
    assert len(layout.slots[-1].shares) == 2


def test_widths_are_in_proportion_to_shares() -> None:
    edges = [Edge("a", "b", 0.5), Edge("a", "c", 0.25), Edge("a", "d", 0.0)]
    widest, half, nothing = (stroke_width(edge, edges) for edge in edges)
    assert half == pytest.approx(widest / 2)
    assert 1 <= nothing < half
    assert stroke_width(edges[2], edges[2:]) == nothing


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", range(1, 9))
def test_rows_are_clear_at_every_width(count: int, width: float) -> None:
    tiles = tuple(tile(f"a_{i}", exemplars=grid(9), activation=1.0) for i in range(count))
    layout = arrange(Row("r", "", tiles), width)
    assert layout.width <= width
    assert_clear(layout)
    assert min(slot.picture.width for slot in layout.slots) >= 104


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", range(2, 11))
def test_a_path_stands_in_lines_of_which_nothing_meets(count: int, width: float) -> None:
    rows = tuple(
        (tile(f"L{i}_0", activation=1.0, label="eye" if i % 3 == 1 else None),) for i in range(count)
    )
    edges = tuple(Edge(f"L{i}_0", f"L{i + 1}_0", 0.3 / (i + 1)) for i in range(count - 1))
    layout = arrange(Tree("t", "", rows, edges), width)
    assert layout.kind == ("list" if width < 300 and count > 2 else "chain")
    assert layout.width <= width
    assert_clear(layout)
    tops = [slot.at.top for slot in layout.slots]
    assert tops == sorted(tops)


def test_a_branch_makes_no_chain() -> None:
    rows = ((tile("a_0"),), (tile("b_0"),), (tile("c_0"),))
    edges = (Edge("a_0", "b_0", 0.5), Edge("b_0", "c_0", 0.5), Edge("a_0", "c_0", 0.2))
    assert arrange(Tree("t", "", rows, edges), 960.0).kind == "rows"


def test_a_lone_tile_below_a_child_at_the_edge_keeps_its_grids_below_it() -> None:
    rows = ((tile("a_0"),), tuple(tile(f"b_{i}") for i in range(3)), (tile("c_0", exemplars=grid(4)),))
    edges = (*(Edge("a_0", f"b_{i}", 0.1) for i in range(3)), Edge("b_0", "c_0", 0.1))
    layout = layered(Tree("t", "A tree.", rows, edges), 352.0)
    assert layout is not None
    assert min(box.left for slot in layout.slots for box in (slot.at, *slot.grids)) >= 0
