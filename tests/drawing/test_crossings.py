"""Rows of a tree are sorted so that few lines cross, and nothing else about it changes."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given

from catvis.drawing.crossings import crossings, untangled
from catvis.drawing.figure import Edge, Tree
from tests.drawing.figures import Recipe, tile, trees


def tangle(*pairs: tuple[str, str], rows: tuple[str, ...]) -> Tree:
    tiles = tuple(tuple(tile(key) for key in row.split()) for row in rows)
    return Tree("tree", "A tree.", tiles, tuple(Edge(*pair, 0.5) for pair in pairs))


def test_two_crossed_lines_are_uncrossed() -> None:
    tree = tangle(("a", "d"), ("b", "c"), rows=("a b", "c d"))
    assert crossings(tree.rows, tree.edges) == 1
    assert crossings(untangled(tree).rows, tree.edges) == 0


def test_as_few_as_any_order_has() -> None:
    pairs = (("r", "a"), ("r", "b"), ("r", "c"), ("a", "z"), ("a", "y"), ("b", "x"), ("c", "x"), ("c", "y"))
    tree = tangle(*pairs, rows=("r", "a b c", "x y z"))
    fewest = min(
        crossings((tree.rows[0], middle, low), tree.edges)
        for middle in permutations(tree.rows[1])
        for low in permutations(tree.rows[2])
    )
    assert crossings(untangled(tree).rows, tree.edges) == fewest


@pytest.mark.slow
@given(trees())
def test_no_more_cross_than_before_and_nothing_is_lost(recipe: Recipe) -> None:
    tree = recipe.tree()
    sorted_one = untangled(tree)
    assert crossings(sorted_one.rows, tree.edges) <= crossings(tree.rows, tree.edges)
    assert sorted_one.edges == tree.edges
    for before, after in zip(tree.rows, sorted_one.rows, strict=True):
        assert sorted(one.key for one in before) == sorted(one.key for one in after)
