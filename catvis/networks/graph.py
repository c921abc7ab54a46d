"""A graph of operations in an order in which each node comes after what it reads.

`catvis.networks.tracing` makes one from any module; forward passes, whole or from the middle, run on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from catvis.networks.operations import Operation


@dataclass(frozen=True, eq=False)
class Node:
    """One operation, the indices of the nodes that it reads, and its output's shape without the batch."""

    name: str
    operation: Operation
    inputs: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in topological order; the first is the input, the last the class scores."""

    nodes: tuple[Node, ...]

    @cached_property
    def ancestors(self) -> tuple[frozenset[int], ...]:
        """For every node the nodes that it depends on, itself included."""
        found: list[frozenset[int]] = []
        for index, node in enumerate(self.nodes):
            found.append(frozenset({index}).union(*(found[source] for source in node.inputs)))
        return tuple(found)

    def between(self, low: int, high: int) -> frozenset[int]:
        """The nodes on some way from ``low`` up to ``high``, both included; empty where there is none."""
        return frozenset(index for index in self.ancestors[high] if low in self.ancestors[index])

    def to(self, device: torch.device) -> Graph:
        """Copy the graph with its tensors on ``device``."""
        return Graph(
            tuple(Node(node.name, node.operation.to(device), node.inputs, node.shape) for node in self.nodes)
        )

    @torch.inference_mode()
    def run(self, known: Mapping[int, Tensor], wanted: Iterable[int]) -> dict[int, Tensor]:
        """Compute the wanted nodes from the known ones; what neither needs is not computed.

        Args:
            known: values of some nodes, at least of one on every way to a wanted node.
            wanted: indices of the nodes to compute.

        Returns:
            The value of every wanted node. Values that are needed no longer are freed on the way.
        """
        targets = frozenset(wanted)
        needed = self._needed(known.keys(), targets)
        readers = dict.fromkeys(range(len(self.nodes)), 0)
        for index in needed:
            for source in self.nodes[index].inputs:
                readers[source] += 1
        values = dict(known)
        for index in sorted(needed):
            node = self.nodes[index]
            values[index] = node.operation.forward(*(values[source] for source in node.inputs))
            for source in node.inputs:
                readers[source] -= 1
                if readers[source] == 0 and source not in targets:
                    values.pop(source, None)
        return {index: values[index] for index in targets}

    def _needed(self, known: Iterable[int], wanted: Iterable[int]) -> set[int]:
        given = frozenset(known)
        needed: set[int] = set()
        open_ends = [index for index in wanted if index not in given]
        while open_ends:
            index = open_ends.pop()
            if index in needed:
                continue
            if index == 0:
                raise ValueError("the input is neither known nor computable")
            needed.add(index)
            open_ends.extend(source for source in self.nodes[index].inputs if source not in given)
        return needed
