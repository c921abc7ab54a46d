"""Figures to draw in tests: small pictures, and trees of every shape that hypothesis can think of."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from catvis.drawing.encode import encode
from catvis.drawing.figure import Edge, Exemplar, ExemplarGrid, Picture, Tile, Tree


def picture(seed: int = 0, side: int = 24) -> Picture:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return encode(noise)


PICTURE = picture()


def grid(count: int = 16) -> ExemplarGrid:
    cell = Exemplar(PICTURE, PICTURE, name="a.jpg", activation=3.5)
    return ExemplarGrid((cell,) * count)


def tile(key: str, **more: object) -> Tile:
    facts: dict[str, object] = {"title": key.split("-")[-1], "picture": PICTURE, "alt": f"{key} in words."}
    return Tile(key=key, **(facts | more))  # type: ignore[arg-type]  # tests name the fields they care about


@st.composite
def trees(draw: st.DrawFn, deepest: int = 5, widest: int = 5) -> Tree:
    """Layered graphs: every tile but the first has a parent, some have several, some edges skip rows."""
    widths = [1] + [draw(st.integers(1, widest)) for _ in range(draw(st.integers(1, deepest)))]
    rows = []
    edges: list[Edge] = []
    for level, width in enumerate(widths):
        row = []
        for index in range(width):
            key = f"L{level}_{index}"
            row.append(
                tile(
                    key,
                    label=draw(st.sampled_from([None, "Siamese cat"])),
                    activation=draw(st.sampled_from([None, 12.5])),
                    note=draw(st.sampled_from([None, "guided"])),
                    exemplars=draw(st.sampled_from([None, None, grid(4)])),
                    curve=draw(st.sampled_from([(), (), (1.0, 2.0, 4.0)])),
                )
            )
            above = [t.key for upper in rows for t in upper]
            if above:
                near = [t.key for t in rows[-1]]
                parents = {draw(st.sampled_from(near))} | draw(st.sets(st.sampled_from(above), max_size=2))
                share = st.floats(0, 1, allow_subnormal=False)
                edges += [
                    Edge(parent, key, draw(share), draw(st.booleans()), draw(st.sampled_from([None, -0.18])))
                    for parent in sorted(parents)
                ]
        rows.append(tuple(row))
    return Tree(name="tree", alt="A tree.", rows=tuple(rows), edges=tuple(edges))
