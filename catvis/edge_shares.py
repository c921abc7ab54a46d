"""Edges as numbers: their weights, each one's share of its layer, and the signs that a path takes from them."""

from __future__ import annotations

from collections.abc import Sequence

from catvis.frozen import Frozen


class Weights(Frozen):
    """Edge weights from the end of a path to every unit of a layer, negative towards the path's first unit."""

    values: tuple[float, ...]

    def share(self, index: int) -> float:
        """|weight| over the sum of |weight| in the layer, 0 to 1."""
        total = sum(map(abs, self.values))
        return abs(self.values[index]) / total if total else 0.0

    def strongest(self, count: int) -> list[int]:
        """Indices of the largest |weight|, ties by index; units of weight 0 are left out."""
        order = sorted(range(len(self.values)), key=lambda index: (-abs(self.values[index]), index))
        return [index for index in order[:count] if self.values[index] != 0]


def step_signs(weights: Sequence[float]) -> tuple[int, ...]:
    """Which steps of a path are drawn from −g: −1 where a unit works against the one above it, else +1.

    Args:
        weights: the edge weight of every step. A weight's sign is towards the path's first unit; towards the
            parent it is that sign times the parent's own.

    Returns:
        One sign for each unit, the first unit's +1 included.
    """
    signs, above = [1], 1
    for weight in weights:
        here = above if weight == 0 else 1 if weight > 0 else -1
        signs.append(here * above)
        above = here
    return tuple(signs)
