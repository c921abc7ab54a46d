"""What the benchmarks measure with: a stopwatch, a matrix product, what a sweep does, processes of their own."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from catvis.backward import carry, sweep
from catvis.backward.front import Front
from catvis.backward.rules import Rule
from catvis.backward.trace import Trace
from catvis.networks import operations as op

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
PRODUCT_FLOP = 2 * 2048**3
SHORTEST_TURN = 0.1
"""Seconds that a call is repeated for in its turn: what ran before it shall not decide."""
KINDS: dict[type[op.Operation], str] = {
    op.Convolution: "products",
    op.Linear: "products",
    op.LocalResponseNorm: "normalisation",
    op.MaxPool: "pooling",
    op.ReLU: "ReLUs",
}


class Stopwatch:
    """Measures calls; the best of several counts.

    Args:
        clock: ``wall``, or ``cpu`` for processor time.
        rounds: how often, after a first time that does not count.
    """

    def __init__(self, clock: str, rounds: int) -> None:
        self.now, self.rounds = CLOCKS[clock], rounds

    def once(self, call: Callable[[], object]) -> float:
        """Seconds of one call."""
        start = self.now()
        call()
        return self.now() - start

    def in_turn(self, *calls: Callable[[], object]) -> list[float]:
        """Seconds of each call, the calls measured in turn; a short one is repeated in each of its turns."""
        rounds = [[self._turn(call) for call in calls] for _ in range(self.rounds + 1)]
        return [min(times) for times in zip(*rounds[1:], strict=True)]

    def _turn(self, call: Callable[[], object]) -> float:
        seconds = [self.once(call)]
        while sum(seconds) < SHORTEST_TURN:
            seconds.append(self.once(call))
        return min(seconds)


def product() -> Callable[[], object]:
    """A large float32 matrix product, of `PRODUCT_FLOP` operations."""
    left, right = torch.randn(2, 2048, 2048)
    return lambda: left @ right


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the floating-point operations that convolutions and products need, on the way up and back.

    On the way up every number that comes out meets each weight of its unit once: two operations. On the way back
    every number of a gradient does, in the window that it is known to lie in. What an implementation adds, such as
    taps of zero, does not count, nor does anything but convolutions and products; their share of the time is what
    `spent` is for.
    """
    total = [0]

    def forward(kind: type[op.Operation]) -> Callable[..., Tensor]:
        inner = kind.forward

        def counting(operation: Any, *inputs: Tensor) -> Tensor:
            out = inner(operation, *inputs)
            total[0] += 2 * out.numel() * operation.weight[0].numel()
            return out

        return counting

    def carrier(kind: type[op.Operation]) -> Callable[..., Any]:
        inner = carry.CARRIERS[kind]

        def counting(operation: Any, trace: Trace, node: int, front: Front) -> Any:
            total[0] += 2 * front.values.numel() * operation.weight[0].numel()
            return inner(operation, trace, node, front)

        return counting

    kinds = (op.Convolution, op.Linear)
    with ExitStack() as patches:
        patches.enter_context(patch.dict(carry.CARRIERS, {kind: carrier(kind) for kind in kinds}))
        for kind in kinds:
            patches.enter_context(patch.object(kind, "forward", forward(kind)))
        yield total


def spent(watch: Stopwatch, call: Callable[[], object]) -> Counter[str]:
    """Seconds of one call, by what they are spent on; `Graph.run` is the forward pass."""
    seconds: Counter[str] = Counter()
    passing = carry.carry

    def carried(trace: Trace, node: int, front: Front, rule: Rule) -> list[Front]:
        start = watch.now()
        back = passing(trace, node, front, rule)
        seconds[KINDS.get(type(trace.graph.nodes[node].operation), "the rest")] += watch.now() - start
        return back

    def forward(trace: Trace, *args: Any) -> None:
        start = watch.now()
        making(trace, *args)
        seconds["forward pass"] += watch.now() - start

    making = Trace.__init__
    with ExitStack() as patches:
        patches.enter_context(patch.object(sweep, "carry", carried))
        patches.enter_context(patch.object(Trace, "__init__", forward))
        whole = watch.once(call)
    seconds["the rest"] += whole - seconds.total()
    return seconds


def resident(what: str) -> int:
    """Bytes of this process in memory: now (VmRSS), or at the most so far (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) << 10


def in_own_process(call: Callable[..., Any], *args: Any) -> Any:
    """What a call returns in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(call, *args).result()
