"""What a trace writes down: values that stand for a forward pass's tensors, and the nodes that make them.

Nothing here computes with numbers: shapes are found on samples without data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from catvis.networks.graph import Node
from catvis.networks.operations import Operation, Pair

BATCH = 97
"""The samples' batch: a prime that no network has as a width, so that an axis of this length is the batch."""

META = torch.device("meta")

Number = int | float
"""A plain number of a call: both are written for a float."""

Lowering = Callable[..., Any]
"""A recorder and a call's own arguments to what the call returns: a value, several, or a plain constant."""


class LoweringError(Exception):
    """A call that the operations cannot express exactly; its text says why."""


class Traced:
    """A tensor of the traced pass: the node that holds it now, a sample without numbers, and its views.

    Calls in place change ``node``, as they change the numbers of a tensor that several names share. The
    values that share one memory form a family; a change in place through one leaves the others unusable.
    """

    def __init__(self, node: int, sample: Tensor, family: list[Traced] | None = None) -> None:
        self.node = node
        self.sample = sample
        self.changed_elsewhere = False
        self.family = [] if family is None else family
        self.family.append(self)

    def become(self, other: Traced) -> None:
        """Take another value's place: what a call in place does."""
        if other.sample.shape != self.sample.shape:
            raise LoweringError("a call in place changes its tensor's shape")
        self.node = other.node
        for relative in self.family:
            relative.changed_elsewhere |= relative is not self


class Recorder:
    """Nodes recorded so far; ``name`` is the readable place of the call that is being translated.

    Args:
        device: where the module's tensors lie, and so those of the operations.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.nodes: list[Node] = []
        self.name = ""
        self._seen: dict[str, int] = {}

    def add(self, operation: Operation, *inputs: Traced, view: bool = False) -> Traced:
        """Record an operation; ``view`` where the result shares its input's memory."""
        sample = operation.to(META).forward(*(value.sample for value in inputs))
        if sample.dim() == 0 or sample.shape[0] != BATCH:
            raise LoweringError("the batch has to stay the first axis, and its pictures apart")
        node = Node(self._label(), operation, tuple(value.node for value in inputs), tuple(sample.shape[1:]))
        self.nodes.append(node)
        return Traced(len(self.nodes) - 1, sample, inputs[0].family if view else None)

    def _label(self) -> str:
        count = self._seen[self.name] = self._seen.get(self.name, 0) + 1
        return self.name if count == 1 else f"{self.name}:{count}"


def pair(number: int | tuple[int, ...] | list[int]) -> Pair:
    """Height and width, from one number for both or from a list."""
    if isinstance(number, int):
        return number, number
    return (number[0], number[0]) if len(number) == 1 else (number[0], number[1])


def maps(x: Traced) -> None:
    """Check that a value is (batch, channels, height, width)."""
    if x.sample.dim() != 4:
        raise LoweringError(f"expected (batch, channels, height, width), found shape {shown(x)}")


def shown(x: Traced) -> str:
    """A value's shape as messages write it."""
    return "(" + ", ".join(["batch", *map(str, x.sample.shape[1:])]) + ")"
