"""Figures to draw in tests: small pictures, and trees of every shape that hypothesis can think of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from catvis.drawing.encode import encode
from catvis.drawing.figure import Edge, ExemplarGrid, Tile, Tree
from catvis.results import Picture


def picture(seed: int = 0, side: int = 24) -> Picture:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return encode(noise)


PICTURE = picture()


def grid(count: int = 16) -> ExemplarGrid:
    return ExemplarGrid(PICTURE, PICTURE, (("a.jpg", 3.5),) * count)


def tile(key: str, **more: object) -> Tile:
    facts: dict[str, object] = {"title": key.split("-")[-1], "picture": PICTURE, "alt": f"{key} in words."}
    return Tile(key=key, **(facts | more))


@dataclass(frozen=True)
class Recipe:
    """What a tree is to be like; types are checked at random while one is made, so no strategy makes any itself."""

    tiles: tuple[tuple[tuple[str, Mapping[str, object]], ...], ...]
    edges: tuple[tuple[str, str, float, bool, float | None], ...]

    def tree(self) -> Tree:
        rows = tuple(tuple(tile(key, **self.known(facts)) for key, facts in row) for row in self.tiles)
        return Tree("tree", "A tree.", rows, tuple(Edge(*edge) for edge in self.edges))

    def known(self, facts: Mapping[str, object]) -> dict[str, object]:
        return {**facts, "exemplars": grid(4) if facts["exemplars"] else None}


@st.composite
def trees(draw: st.DrawFn, deepest: int = 5, widest: int = 5) -> Recipe:
    """Layered graphs: every tile but the first has a parent, some have several, some edges skip rows."""
    rows: list[tuple[tuple[str, Mapping[str, object]], ...]] = []
    edges: list[tuple[str, str, float, bool, float | None]] = []
    for level in range(draw(st.integers(2, deepest + 1))):
        row = []
        for index in range(draw(st.integers(1, widest)) if level else 1):
            key = f"L{level}_{index}"
            facts = {
                "label": draw(st.sampled_from([None, "Siamese cat"])),
                "activation": draw(st.sampled_from([None, 12.5])),
                "note": draw(st.sampled_from([None, "guided"])),
                "exemplars": draw(st.sampled_from([False, False, True])),
                "curve": draw(st.sampled_from([(), (), (1.0, 2.0, 4.0)])),
            }
            row.append((key, facts))
            if level:
                near, above = [k for k, _ in rows[-1]], [k for upper in rows for k, _ in upper]
                parents = {draw(st.sampled_from(near))} | draw(st.sets(st.sampled_from(above), max_size=2))
                share, ablation = st.floats(0.0, 1.0), st.sampled_from([None, -0.18])
                edges += [(p, key, draw(share), draw(st.booleans()), draw(ablation)) for p in sorted(parents)]
        rows.append(tuple(row))
    return Recipe(tuple(rows), tuple(edges))
