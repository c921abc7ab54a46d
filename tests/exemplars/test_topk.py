"""Merging keeps exactly what a full sort keeps, in whatever order pieces come together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catvis.exemplars.topk import NOTHING, Best, improved, merged, nothing

Pieces = list[list[tuple[int, int, int]]]
"""By unit: activation, picture number and content of every picture."""


def _slow(pictures: list[tuple[int, int, int]], slots: int) -> list[tuple[float, int]]:
    kept: list[tuple[float, int]] = []
    contents = set()
    for strength, picture, content in sorted(pictures, key=lambda row: (-row[0], row[1])):
        if content not in contents:
            contents.add(content)
            kept.append((float(strength), picture))
    return kept[:slots]


def _best(rows: list[list[tuple[int, int, int]]], slots: int) -> Best:
    best = nothing(len(rows), slots)
    for unit, row in enumerate(rows):
        for strength, picture, content in row:
            one = Best(
                np.array([[strength]], np.float32),
                np.array([[picture]], np.int64),
                np.array([[picture * 7]], np.int32),
                np.array([[content]], np.int64),
            )
            best = improved(best, np.array([unit]), one)
    return best


def _listed(best: Best) -> list[list[tuple[float, int]]]:
    return [
        [(float(a), int(p)) for a, p in zip(*row, strict=True) if p != NOTHING]
        for row in zip(best.activation, best.picture, strict=True)
    ]


@st.composite
def _scans(draw: st.DrawFn) -> tuple[Pieces, Pieces, Pieces, int]:
    units = draw(st.integers(1, 3))
    slots = draw(st.integers(1, 5))
    number = st.integers(-3, 3)
    parts: list[Pieces] = [[[] for _ in range(units)] for _ in range(3)]
    for picture in range(draw(st.integers(0, 12))):
        part = parts[draw(st.integers(0, 2))]
        content = draw(st.integers(0, 8))
        for unit in range(units):
            if draw(st.booleans()):
                part[unit].append((draw(number), picture, content))
    return parts[0], parts[1], parts[2], slots


@settings(deadline=None)
@given(_scans())
def test_equals_a_full_sort_and_is_associative(scan: tuple[Pieces, Pieces, Pieces, int]) -> None:
    *parts, slots = scan
    a, b, c = (_best(part, slots) for part in parts)
    together = [[row for part in parts for row in part[unit]] for unit in range(len(parts[0]))]
    wanted = [_slow(rows, slots) for rows in together]
    assert _listed(merged(merged(a, b, slots), c, slots)) == wanted
    assert _listed(merged(a, merged(b, c, slots), slots)) == wanted
    assert _listed(merged(merged(c, a, slots), b, slots)) == wanted


def test_places_and_contents_stay_with_their_pictures() -> None:
    rows = [[(strength, picture, picture + 100) for picture, strength in enumerate([3, 9, 9, 1])]]
    best = _best(rows, 3)
    assert best.picture.tolist() == [[1, 2, 0]]
    assert best.place.tolist() == [[7, 14, 0]]
    assert best.content.tolist() == [[101, 102, 100]]


def test_equal_pictures_stand_once_where_they_are_strongest_then_first() -> None:
    one, other = _best([[(5, 3, 1)]], 4), _best([[(5, 2, 1), (5, 9, 2)]], 4)
    assert _listed(merged(one, other, 4)) == [[(5.0, 2), (5.0, 9)]]


def test_empty_slots_of_equal_content_are_not_pictures() -> None:
    assert _listed(merged(nothing(2, 3), nothing(2, 3), 3)) == [[], []]
    best = merged(nothing(1, 3), _best([[(1, 0, 0)]], 3), 3)
    assert _listed(best) == [[(1.0, 0)]]
    assert best.slots == 3


def test_renumbering_keeps_empty_slots_empty() -> None:
    best = _best([[(5, 0, 1), (4, 1, 2)]], 3).renumbered(np.array([10, 20]))
    assert best.picture.tolist() == [[10, 20, NOTHING]]
