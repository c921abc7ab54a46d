"""Reshapes, permutations, copies, cuts and concatenations: numbers that only change their place.

A unit is a map, so maps keep their channels first, however the module has them: permutations move behind what
commutes with them, until they cancel. ConvNeXt (arXiv 2201.03545) is so a network of maps throughout.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from catvis.networks.operations import Channels, Concatenation, Operation, Permute, Reshape
from catvis.networks.tracing.recorder import BATCH, META, Lowering, LoweringError, Recorder, Traced


def reshape(method: str) -> Lowering:
    """The lowering of a tensor's method that keeps the order of its numbers."""

    def lower(r: Recorder, input: Traced, *args: Any, **kwargs: Any) -> Traced:
        """The same numbers in another shape; the batch stays the first axis."""
        if args and isinstance(args[0], torch.dtype):
            raise LoweringError("numbers cannot be seen as another type")
        shaped = getattr(input.sample, method)(*args, **kwargs)
        if shaped.dim() == 0 or shaped.shape[0] != BATCH:
            raise LoweringError("the batch has to stay the first axis, and its pictures apart")
        if shaped.shape == input.sample.shape:
            return input
        return r.add(Reshape(tuple(shaped.shape[1:])), input, view=True)

    return lower


def permuted(method: str) -> Lowering:
    """The lowering of a tensor's method that reorders its axes."""

    def lower(r: Recorder, input: Traced, *args: Any, **kwargs: Any) -> Traced:
        """The axes in another order; the batch stays the first."""
        # An axis of its own length each, so that the permuted lengths tell the order.
        lengths = torch.empty(tuple(range(2, 2 + input.sample.dim())), device=META)
        order = tuple(side - 2 for side in getattr(lengths, method)(*args, **kwargs).shape)
        if order[0] != 0:
            raise LoweringError("the batch has to stay the first axis")
        return _permute(r, input, order)

    return lower


def elementwise(r: Recorder, operation: Operation, input: Traced) -> Traced:
    """Record what is done to every number alone: before a permutation as well as after it."""
    before = r.nodes[input.node].operation
    if not isinstance(before, Permute):
        return r.add(operation, input)
    done = r.add(operation, _permute(r, input, _undone(before.order)))
    return _permute(r, done, before.order)


def over_last(r: Recorder, input: Traced, record: Callable[[Traced], Traced]) -> Traced:
    """Record over the last axis what is recorded over channels, which stand first."""
    last = input.sample.dim() - 1
    if last == 1:
        return record(input)
    first = (0, last, *range(1, last))
    back = _permute(r, record(_permute(r, input, first)), _undone(first))
    return contiguous(r, back)


def _permute(r: Recorder, x: Traced, order: Sequence[int]) -> Traced:
    """Reorder the axes, in one step with a reordering just before; none is recorded where both cancel."""
    before, order = r.nodes[x.node], tuple(order)
    if isinstance(before.operation, Permute):
        ordered = before.operation.order
        x = Traced(before.inputs[0], x.sample.permute(_undone(ordered)), x.family)
        order = tuple(ordered[axis] for axis in order)
    return x if order == tuple(sorted(order)) else r.add(Permute(order), x, view=True)


def _undone(order: Sequence[int]) -> tuple[int, ...]:
    """The order that brings the axes back."""
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def channel_shuffle(r: Recorder, input: Traced, groups: int) -> Traced:
    """As `torch.channel_shuffle`."""
    batch, channels, *sides = input.sample.shape
    grouped = reshape("reshape")(r, input, batch, groups, channels // groups, *sides)
    swapped = permuted("transpose")(r, grouped, 1, 2)
    shuffled: Traced = reshape("reshape")(r, swapped, batch, channels, *sides)
    return shuffled


def contiguous(r: Recorder, input: Traced, memory_format: Any = None) -> Traced:
    """As `torch.Tensor.contiguous`: the same tensor, or a copy that no longer shares memory."""
    del r, memory_format
    return input if input.sample.is_contiguous() else Traced(input.node, input.sample.contiguous())


def copy(r: Recorder, input: Traced, memory_format: Any = None) -> Traced:
    """As `torch.clone`."""
    del r, memory_format
    return Traced(input.node, input.sample)


def same(r: Recorder, input: Traced) -> Traced:
    """Nothing: it gives its input back."""
    del r
    return input


def same_precision(kind: torch.dtype) -> Lowering:
    """The lowering of a tensor's method that changes its type, where it has that type."""

    def lower(r: Recorder, input: Traced, memory_format: Any = None) -> Traced:
        """Nothing, where the numbers have that type already."""
        del memory_format
        return to(r, input, kind)

    return lower


def to(r: Recorder, input: Traced, *args: Any, **kwargs: Any) -> Traced:
    """As `torch.Tensor.to`, to the type that the numbers have."""
    del r
    kinds = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.dtype)]
    if any(kind != input.sample.dtype for kind in kinds):
        raise LoweringError(f"a change from {input.sample.dtype} to {kinds[0]} is not supported")
    return input


def _channel_axis(x: Traced, dim: int) -> None:
    if dim % x.sample.dim() != 1:
        raise LoweringError(f"only channels (dim=1) are cut and joined, found dim={dim}")


def _cut(r: Recorder, x: Traced, start: int, stop: int) -> Traced:
    if (start, stop) == (0, x.sample.shape[1]):
        return x
    return r.add(Channels(start, stop), x, view=True)


def pieces(method: str) -> Lowering:
    """The lowering of a tensor's method that cuts its channels into several."""

    def lower(r: Recorder, input: Traced, *args: Any, **kwargs: Any) -> tuple[Traced, ...]:
        """The channels cut into pieces."""
        parts = getattr(input.sample, method)(*args, **kwargs)
        _channel_axis(input, kwargs.get("dim", args[1] if len(args) > 1 else 0))
        ends = [0]
        for part in parts:
            ends.append(ends[-1] + part.shape[1])
        return tuple(_cut(r, input, *span) for span in itertools.pairwise(ends))

    return lower


def narrow(r: Recorder, input: Traced, dim: int, start: int, length: int) -> Traced:
    """As `torch.narrow` over channels."""
    _channel_axis(input, dim)
    return _cut(r, input, start, start + length)


def getitem(r: Recorder, input: Any, index: Any) -> Any:
    """As `x[index]`: an element of a tuple, or a slice of channels."""
    if not isinstance(input, Traced):
        return input[index]
    parts = index if isinstance(index, tuple) else (index,)
    everything = slice(None)
    if (
        Ellipsis in parts
        or not parts
        or any(part != everything for place, part in enumerate(parts) if place != 1)
    ):
        raise LoweringError("only channels can be cut: x[:, start:stop]")
    if len(parts) == 1:
        return input
    width = input.sample.shape[1]
    if isinstance(parts[1], int):
        place = range(width)[parts[1]]
        single = _cut(r, input, place, place + 1)
        return r.add(Reshape(tuple(single.sample.shape[2:])), single, view=True)
    start, stop, step = parts[1].indices(width)
    if step != 1 or stop <= start:
        raise LoweringError("channels are cut as x[:, start:stop] with step 1")
    return _cut(r, input, start, stop)


def cat(r: Recorder, tensors: Any, dim: int = 0) -> Traced:
    """As `torch.cat` over channels."""
    if not all(isinstance(value, Traced) for value in tensors):
        raise LoweringError("a constant joined to the maps is not supported")
    _channel_axis(tensors[0], dim)
    return tensors[0] if len(tensors) == 1 else r.add(Concatenation(), *tensors)
