"""Sums, products, and what a constant does to every channel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from catvis.networks.operations import ChannelAffine, Product, Sum
from catvis.networks.tracing.arrangement import copy, over_last
from catvis.networks.tracing.recorder import LoweringError, Number, Recorder, Traced, shown


def affine(r: Recorder, x: Traced, scale: Number | Tensor = 1.0, shift: Number | Tensor = 0.0) -> Traced:
    """Compute x · scale + shift, each a number or one number per channel."""
    if any(isinstance(one, Tensor) and one.dim() == 1 and x.sample.dim() == 4 for one in (scale, shift)):
        return over_last(r, x, lambda maps: affine(r, maps, _for_maps(scale), _for_maps(shift)))
    changes = isinstance(scale, Tensor) or isinstance(shift, Tensor) or (scale, shift) != (1, 0)
    return (
        r.add(ChannelAffine(_by_channel(r, x, scale), _by_channel(r, x, shift)), x) if changes else copy(r, x)
    )


def _for_maps(constant: Number | Tensor) -> Number | Tensor:
    return constant[:, None, None] if isinstance(constant, Tensor) and constant.dim() == 1 else constant


def _by_channel(r: Recorder, x: Traced, constant: Number | Tensor) -> Tensor:
    if not isinstance(constant, Tensor):
        return torch.tensor([constant], dtype=x.sample.dtype, device=r.device)
    shape = (1,) * (x.sample.dim() - constant.dim()) + tuple(constant.shape)
    fits = len(shape) == x.sample.dim() and all(
        side == 1 or (axis == 1 and side == x.sample.shape[1]) for axis, side in enumerate(shape)
    )
    if not fits:
        raise LoweringError(
            f"a constant of shape {tuple(constant.shape)} is neither a number nor one per channel"
        )
    return constant.reshape(-1).to(x.sample.dtype)


def add(r: Recorder, input: Any, other: Any, *, alpha: Number = 1) -> Traced:
    """As `torch.add` of two maps of one shape, or of a map and a constant."""
    if not isinstance(input, Traced):
        return affine(r, other if alpha == 1 else affine(r, other, alpha), shift=input)
    if not isinstance(other, Traced):
        return affine(r, input, shift=other * alpha)
    if input.sample.shape != other.sample.shape:
        raise LoweringError(f"shapes {shown(input)} and {shown(other)} are added; they have to be one")
    return r.add(Sum(), input, other if alpha == 1 else affine(r, other, alpha))


def sub(r: Recorder, input: Any, other: Any, *, alpha: Number = 1) -> Traced:
    """As `torch.sub`."""
    return add(r, input, other, alpha=-alpha)


def mul(r: Recorder, input: Any, other: Any) -> Traced:
    """As `torch.mul` of two maps, or of a map and a constant."""
    if isinstance(input, Traced) and isinstance(other, Traced):
        return r.add(Product(), input, other)
    return affine(r, input, other) if isinstance(input, Traced) else affine(r, other, input)


def div(r: Recorder, input: Any, other: Any, *, rounding_mode: str | None = None) -> Traced:
    """As `torch.div` by a constant."""
    if rounding_mode is not None or not isinstance(input, Traced) or isinstance(other, Traced):
        raise LoweringError("only a division of maps by a constant is supported")
    return affine(r, input, 1 / other)


def neg(r: Recorder, input: Traced) -> Traced:
    """As `torch.neg`."""
    return affine(r, input, -1.0)
