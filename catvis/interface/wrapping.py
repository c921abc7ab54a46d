"""Anybody's module in memory → an open network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from catvis.errors import UsageError
from catvis.interface.arguments import positive, refusal
from catvis.interface.opened import OpenNetwork, settings_of, warn
from catvis.networks.preprocessing import Channels, Preprocessing

Numbers: TypeAlias = float | Sequence[float]
"""One number for all channels, or one for each of red, green and blue."""

_LARGEST = 4096
_NAMED = 3


def wrapped(
    model: Any,
    *,
    size: int | tuple[int, int],
    mean: Numbers,
    std: Numbers,
    labels: Sequence[str],
    name: str | None,
    short_side: int | None,
    cache: str | Path | None,
    memory: int | None,
) -> OpenNetwork:
    """See `catvis.wrap`."""
    from catvis.networks.wrapped import WrappedSource, is_module

    if not is_module(model):
        raise refusal("a model", model, "pass a torch.nn.Module; a network with a name: catvis.open(name)")
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise refusal("labels", labels, "pass the classes' names in their order: ['ant', 'bee']")
    preprocessing = _preprocessing(size, mean, std, short_side)
    source = WrappedSource.of(model, preprocessing, labels, name or "")
    if source.unhooked:
        parts = [part or "the model itself" for part in source.unhooked]
        more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
        warn(f"{source.name} is explained without the hooks on {', '.join(parts[:_NAMED])}{more}")
    settings = settings_of(cache=cache, memory=memory, device=source.network.device)
    return OpenNetwork(source, settings, named=False)


def _preprocessing(
    size: int | tuple[int, int], mean: Numbers, std: Numbers, short_side: int | None
) -> Preprocessing:
    height, width = _size(size)
    means, deviations = _channels("mean", mean), _channels("std", std)
    if any(abs(one) > 1 for one in means) or not all(0 < one <= 1 for one in deviations):
        raise UsageError(
            f"mean {list(means)} and std {list(deviations)} are not of pictures from 0 to 1",
            hint="divide those of pictures from 0 to 255 by 255",
        )
    side = positive(short_side) if short_side is not None else max(height, width)
    if side < max(height, width):
        raise UsageError(
            f"a short side of {side} is less than the input's", hint=f"at least {max(height, width)}"
        )
    return Preprocessing((height, width), side, means, deviations, scale=1 / 255)


def _size(given: object) -> tuple[int, int]:
    sides = given if isinstance(given, tuple | list) else (given, given)
    if len(sides) != 2 or not all(isinstance(side, int) and 0 < side <= _LARGEST for side in sides):
        raise UsageError(f"{given!r} is not an input's size", hint="write size=224, or size=(height, width)")
    return (sides[0], sides[1])


def _channels(what: str, given: Any) -> Channels:
    try:
        numbers = [float(one) for one in given] if isinstance(given, Iterable) else [float(given)] * 3
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise UsageError(
            f"{what} cannot be {given!r}", hint=f"write one number, or three: {what}=(0.5, 0.5, 0.5)"
        )
    return (numbers[0], numbers[1], numbers[2])
