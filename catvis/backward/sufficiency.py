"""How many units of a layer suffice for one above: what it keeps with some of them, and with more and more.

Ablation takes one unit away and asks what is lost; here all are taken away but some. The part kept is that of
papers on circuits, (a(S) − a(∅)) / (a(all) − a(∅)) (arXiv 2403.19647, arXiv 2504.13151).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from catvis.backward.edges import edges
from catvis.backward.silencing import Silencing
from catvis.backward.sweep import GIGABYTE
from catvis.backward.trace import Trace
from catvis.results import Kept, KeptCurves
from catvis.terms import Rule, UnitPath

DRAWS = 50
"""So many sets or orders are chosen at random."""
_ONE_BY_ONE = 16
_FURTHER = 1.5


class Sufficiency:
    """One unit and one layer below it, on one picture.

    Args:
        trace: the forward pass of one picture.
        path: down to the unit; what it keeps is its own, whatever the way, but edge weights are the path's.
        layer: whose units are silenced.
        rule: by which edge weights are carried.
        memory: bytes that activations in flight may take.

    Raises:
        NetworkError: the path or the layer does not exist, or the layer does not lie below the unit.
    """

    def __init__(
        self, trace: Trace, path: UnitPath, layer: str, rule: Rule = "gradient", *, memory: int = GIGABYTE
    ) -> None:
        self._trace, self._path, self._layer = trace, path, layer
        self._rule, self._memory = rule, memory
        self._silencing = Silencing(trace, layer, [path.end], memory=memory)
        self._adding = Silencing(trace, layer, [path.end], memory=memory, rectified=False)
        self.units = trace.network.card.layer(layer).units
        none_and_all = torch.tensor([False, True])[:, None].expand(2, self.units)
        self.empty, self.whole = self._activations(none_and_all).tolist()

    def kept(self, units: Sequence[int]) -> Kept:
        """What some units keep together, beside as many chosen at random."""
        left = torch.zeros(1 + DRAWS, self.units, dtype=torch.bool)
        left[0, list(units)] = True
        left[1:] = _ranks(_orders(self.units)) < len(units)
        found = self._activations(left)
        random = self._parts(found[1:])
        return Kept(self.whole, self.empty, float(found[0]), float(random.mean()), float(random.std()))

    def curves(self) -> KeptCurves:
        """What more and more units keep, in three orders."""
        sizes = sizes_up_to(self.units)
        random = np.stack([self._course(order.tolist(), sizes) for order in _orders(self.units)])
        return KeptCurves(
            sizes=sizes,
            strongest=tuple(self._course(self.strongest, sizes).tolist()),
            greedy=tuple(self._parts(self._activations(self._left(self.greedy(sizes)))).tolist()),
            random=tuple(random.mean(0).tolist()),
            spread=tuple(random.std(0).tolist()),
            whole=self.whole,
            empty=self.empty,
        )

    def greedy(self, sizes: Sequence[int]) -> list[list[int]]:
        """For each size so many units, each time those that add most to the ones before them, each alone.

        Where as many by edge weight are worth more, it goes on from those: it is never worse than they are. What a
        set is worth is seen before the upper unit's ReLU: the first few often do not yet lift it above 0.

        Args:
            sizes: the smallest first; 0 is no units.

        Returns:
            The sets.
        """
        firing = [unit for unit in self.strongest if self._trace.of(self._layer)[0, unit].any()]
        chosen: list[int] = []
        found = []
        for size in sizes:
            taken = set(chosen)
            asked = [unit for unit in firing if unit not in taken]
            *grown, same = self._worth([*([*chosen, unit] for unit in asked), chosen]).tolist()
            worth = dict(zip(asked, grown, strict=True))  # what is 0 on the whole picture adds nothing
            waiting = [unit for unit in self.strongest if unit not in taken]
            waiting.sort(key=lambda unit: -worth.get(unit, same))
            both = [[*chosen, *waiting[: size - len(chosen)]], self.strongest[:size]]
            chosen = both[int(self._worth(both).argmax())]
            found.append(chosen)
        return found

    @cached_property
    def strongest(self) -> list[int]:
        """All units of the layer: those of the largest edge weights towards the unit first, inhibitory ones last.

        By index where nothing arrives.
        """
        if self._trace.is_silent(self._path.units[0]):
            return list(range(self.units))
        above = [(start, unit.layer) for start, unit in self._path.steps[-1:]]
        found, *own = edges(self._trace, [(self._path, self._layer), *above], self._rule, memory=self._memory)
        # a weight's sign is towards the path's first unit
        sign = -1 if any(weights.values[self._path.end.index] < 0 for weights in own) else 1
        return sorted(range(self.units), key=lambda unit: -sign * found.values[unit])

    def _worth(self, sets: Sequence[Sequence[int]]) -> Float64[np.ndarray, " sets"]:
        """The upper unit before its ReLU with each of several sets."""
        return self._adding.activations(self._left(sets))[:, 0].double().cpu().numpy()

    def _left(self, sets: Sequence[Sequence[int]]) -> Bool[Tensor, "sets units"]:
        left = torch.zeros(len(sets), self.units, dtype=torch.bool)
        for row, units in zip(left, sets, strict=True):
            row[list(units)] = True
        return left

    def _course(self, order: Sequence[int], sizes: Sequence[int]) -> Float64[np.ndarray, " sizes"]:
        return self._parts(self._activations(_ranks(torch.tensor([order])) < torch.tensor(sizes)[:, None]))

    def _activations(self, left: Bool[Tensor, "subsets units"]) -> Float64[np.ndarray, " subsets"]:
        return self._silencing.activations(left)[:, 0].double().cpu().numpy()

    def _parts(self, activations: Float64[np.ndarray, " subsets"]) -> Float64[np.ndarray, " subsets"]:
        """As parts kept; 0 where the whole is not above the empty."""
        reach = self.whole - self.empty
        return (activations - self.empty) / reach if reach > 0 else np.zeros_like(activations)


def sizes_up_to(units: int) -> tuple[int, ...]:
    """How many units are left, one by one at first, then further apart; the last is all of them."""
    sizes = list(range(min(_ONE_BY_ONE, units) + 1))
    while sizes[-1] < units:
        sizes.append(min(units, int(sizes[-1] * _FURTHER)))
    return tuple(sizes)


def _orders(units: int) -> Tensor:
    """Orders of so many units, the same every time."""
    generator = torch.Generator().manual_seed(0)
    return torch.stack([torch.randperm(units, generator=generator) for _ in range(DRAWS)])


def _ranks(orders: Tensor) -> Tensor:
    """For each unit its place in each order."""
    return orders.argsort(1)
