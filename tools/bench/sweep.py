"""How fast a plan of attributions goes down a network: against Captum, and against a matrix product.

    python -m tools.bench.sweep [--shared ../shared] [--threads 2] [--clock wall|cpu]

Prints Markdown tables. Everything that is compared is measured in turn in one run; the best of several
rounds counts on every side. `--clock cpu` counts processor time: with one thread it can be trusted on a
machine that is not idle.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from catvis.backward import carry
from catvis.backward.front import Front
from catvis.backward.rules import Rule
from catvis.backward.stops import Stop, Stops
from catvis.backward.sweep import GIGABYTE, Route, attributions
from catvis.backward.trace import Trace
from catvis.networks import operations as op
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.units import UnitPath
from tools.bench.peer import Captum
from tools.bench.plans import picture, random_caffenet, spread, trees

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


class Stopwatch:
    """Measures calls; the best of several counts."""

    def __init__(self, clock: str, rounds: int) -> None:
        self.now, self.rounds = CLOCKS[clock], rounds

    def _once(self, call: Callable[[], object]) -> float:
        start = self.now()
        call()
        return self.now() - start

    def in_turn(self, *calls: Callable[[], object]) -> list[float]:
        """Seconds of each call, the calls measured in turn."""
        rounds = [[self._once(call) for call in calls] for _ in range(self.rounds + 1)]
        return [min(times) for times in zip(*rounds[1:], strict=True)]


def product() -> Callable[[], object]:
    """A large float32 matrix product."""
    left, right = torch.randn(2, 2048, 2048)
    return lambda: left @ right


PRODUCT_FLOP = 2 * 2048**3


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the floating-point operations that convolutions and products need on the way back.

    Every number of a gradient meets each weight of its unit once: two operations.
    """
    total = [0]

    def counting(kind: type[op.Operation]) -> Callable[..., Any]:
        inner = carry.CARRIERS[kind]

        def carried(operation: Any, trace: Trace, node: int, front: Any) -> Any:
            total[0] += 2 * front.values.numel() * operation.weight[0].numel()
            return inner(operation, trace, node, front)

        return carried

    kinds = (op.Convolution, op.Linear)
    with patch.dict(carry.CARRIERS, {kind: counting(kind) for kind in kinds}):
        yield total


def sweep(trace: Trace, paths: Sequence[UnitPath], rule: Rule = "guided", **how: Any) -> None:
    """Compute every attribution and let it go."""
    for _, found in attributions(trace, [Route(path) for path in paths], rule, **how):
        del found


def against_captum(
    watch: Stopwatch, name: str, trace: Trace, batch: torch.Tensor, paths: list[UnitPath]
) -> None:
    """One row: a plan here, forward pass included, and unit by unit in Captum."""
    captum = Captum(trace, batch)
    single = [path for path in paths if len(path.units) == 1]
    for number, found in attributions(trace, [Route(path) for path in single[:: max(1, len(single) // 10)]]):
        want = captum.attribution(single[:: max(1, len(single) // 10)][number].end).flip(0)
        error = float((found.whole() - want).abs().max() / want.abs().max())
        if error > 1e-5:
            raise SystemExit(f"{single[number]} differs from Captum's by {error}")
    with counted() as flop:
        sweep(trace, paths)

    def theirs() -> None:
        for path in paths:
            captum.attribution(path.end)

    ours, slow, dense = watch.in_turn(lambda: sweep(Trace(trace.network, batch), paths), theirs, product())
    rate, limit = flop[0] / ours / 1e9, PRODUCT_FLOP / dense / 1e9
    print(
        f"| {name} | {len(paths)} | {1e3 * ours / len(paths):.1f} ms | {1e3 * slow / len(paths):.1f} ms"
        f" | {slow / ours:.1f} | {flop[0] / 1e9:.1f} | {rate:.0f} of {limit:.0f} | {100 * rate / limit:.0f} % |",
        flush=True,
    )


@contextmanager
def whole_maps() -> Iterator[None]:
    """Let every gradient start as a whole map of all channels, as it does everywhere else."""
    seed = Stops._seed

    def full(stops: Stops, node: int, there: Sequence[Stop]) -> Front:
        return seed(stops, node, there).full(stops.trace.graph.nodes[node].shape)

    with patch.object(Stops, "_seed", full):
        yield


def windowed(watch: Stopwatch, trace: Trace, layers: Sequence[str]) -> None:
    """Single units in the window that they see, against whole maps."""
    print("\n| units of | window | whole map | times as fast |\n| --- | --- | --- | --- |")
    for layer in layers:
        paths = spread(trace, [layer], 40)
        routes = [Route(path) for path in paths]
        with whole_maps():
            full = dict(attributions(trace, routes))
        for number, found in attributions(trace, routes):
            error = float(
                (found.whole() - full[number].whole()).abs().max() / full[number].whole().abs().max()
            )
            if error > 1e-6:
                raise SystemExit(f"{paths[number]} in its window differs by {error}")

        def slow(paths: Sequence[UnitPath] = paths) -> None:
            with whole_maps():
                sweep(trace, paths)

        fast, full_time = watch.in_turn(lambda paths=paths: sweep(trace, paths), slow)
        each = [1e3 * seconds / len(paths) for seconds in (fast, full_time)]
        print(f"| {layer} | {each[0]:.2f} ms | {each[1]:.1f} ms | {full_time / fast:.0f} |", flush=True)


def growth(watch: Stopwatch, trace: Trace, layers: Sequence[str], memory: int) -> None:
    """More and more attributions of one picture: time for each, and memory beyond what stood before."""
    print("\n| attributions | each | peak memory |\n| --- | --- | --- |")
    every = spread(trace, layers, 200)
    before = _resident("VmRSS")
    for count in (1, 10, 100, 1000):
        paths = [every[place * len(every) // count] for place in range(count)]
        Path("/proc/self/clear_refs").write_text("5")
        (seconds,) = watch.in_turn(lambda paths=paths: sweep(trace, paths, memory=memory))
        peak = (_resident("VmHWM") - before) >> 20
        print(f"| {count} | {1e3 * seconds / count:.1f} ms | {peak} MB of {memory >> 20} MB |", flush=True)


def _resident(what: str) -> int:
    """Bytes of this process in memory: now (VmRSS), or at the most since they were last cleared (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) << 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["own"], help="leave Captum out")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    watch = Stopwatch(given.clock, given.rounds)
    settings = Settings(weights=given.shared / "weights")
    file = given.shared / "pictures" / "grumpy_cat_227.png"
    alexnet, squeezenet = (source(name, settings).load() for name in ("alexnet-conv", "squeezenet"))

    print(
        "| plan | attributions | each | Captum's each | times as fast | GFLOP needed | GFLOP/s | of a product |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    units = picture(alexnet, file)
    trace = own = Trace(alexnet, units)
    convolutions = ["conv1", "conv2", "conv3", "conv4", "conv5"]
    if given.only == "own":
        growth(watch, trace, convolutions, GIGABYTE)
        windowed(watch, trace, convolutions)
        return
    against_captum(watch, "units, alexnet-conv", trace, units, spread(trace, convolutions, 40))
    caffenet = random_caffenet(alexnet.preprocessing)
    trace = Trace(caffenet, picture(caffenet, file))
    down = ["fc7", "fc6", *reversed(convolutions)]
    against_captum(watch, "paths, caffenet", trace, picture(caffenet, file), trees(trace, down, 4))
    trace = Trace(squeezenet, picture(squeezenet, file))
    down = ["fire9", "fire7", "fire5", "fire4", "fire2", "conv1"]
    against_captum(watch, "paths, squeezenet", trace, picture(squeezenet, file), trees(trace, down, 3))
    growth(watch, own, convolutions, GIGABYTE)
    windowed(watch, own, convolutions)


if __name__ == "__main__":
    main()
