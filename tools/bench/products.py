"""How fast the library's convolutions and products alone are: the most that a sweep made of them can reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from tools.bench.measure import Stopwatch

PRODUCTS = frozenset({"convolution", "mm", "bmm", "addmm", "baddbmm"})


class Strided(NamedTuple):
    """What stands for a tensor: how it lies in memory is half of how fast a product of it is."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def random(self) -> Tensor:
        """A tensor of random numbers that lies in memory so."""
        return torch.empty_strided(self.shape, self.strides).normal_()


class Products(TorchDispatchMode):
    """Notes every convolution and matrix product that torch carries out, and on what."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[tuple[Callable[..., object], tuple[Any, ...]]] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func.overloadpacket.__name__ in PRODUCTS:
            self.calls[func, tuple(_noted(arg) for arg in args)] += 1
        return func(*args, **(kwargs or {}))

    @torch.no_grad()
    def seconds(self, watch: Stopwatch) -> float:
        """What all of them take, each carried out again on its own."""
        total = 0.0
        for (func, noted), times in self.calls.items():
            args = [arg.random() if isinstance(arg, Strided) else arg for arg in noted]
            (once,) = watch.in_turn(lambda func=func, args=args: func(*args))
            total += times * once
        return total


def _noted(arg: Any) -> Any:
    if isinstance(arg, Tensor):
        return Strided(tuple(arg.shape), arg.stride())
    return tuple(arg) if isinstance(arg, list) else arg
