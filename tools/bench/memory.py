"""What a sweep holds while it grows, and a network while it is opened: each in a process of its own."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from catvis.backward.trace import Trace
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings
from tests.networks.caffe.caffe_writer import caffemodel, random_arrays
from tools.bench.measure import Stopwatch, in_own_process, resident
from tools.bench.plans import CONVOLUTIONS, PICTURE, picture, spread, sweep

MEGABYTE = 1 << 20


def growth(shared: Path, clock: str, rounds: int) -> None:
    """More and more attributions in one sweep, of the same mix: time for each, memory with the network's."""
    print("\n| attributions in a sweep | each | peak memory | budget + network |\n| --- | --- | --- | --- |")
    for count, budget in ((1, 1024), (10, 1024), (100, 1024), (1000, 1024), (1000, 256)):
        grown = in_own_process(_grown, shared, clock, rounds, count, budget)
        each, peak, network = grown
        print(
            f"| {count:,} | {1e3 * each:.1f} ms | {peak // MEGABYTE} MB | {budget} + {network // MEGABYTE} MB |",
            flush=True,
        )


def _grown(shared: Path, clock: str, rounds: int, count: int, budget: int) -> tuple[float, int, int]:
    network = source("alexnet-conv", Settings(weights=shared / "weights")).load()
    trace = Trace(network, picture(network, shared / PICTURE))
    every = spread(trace, CONVOLUTIONS, 200)
    sweep(trace, every[-1:])  # what torch loads and makes once is neither the network's nor the sweep's
    before = resident("VmRSS") - _size(network)
    total = max(count, 100)
    paths = [every[place * len(every) // total] for place in range(total)]
    parts = [paths[start :: total // count] for start in range(total // count)]

    def each() -> None:
        for part in parts:
            sweep(trace, part, memory=budget * MEGABYTE)

    (seconds,) = Stopwatch(clock, rounds).in_turn(each)
    return seconds / total, resident("VmHWM") - before, _size(network)


def _size(network: Network) -> int:
    operations = (node.operation for node in network.graph.nodes)
    values = (getattr(one, field.name) for one in operations for field in dataclasses.fields(one))
    return sum(value.nbytes for value in values if isinstance(value, Tensor))


def opening(clock: str) -> None:
    """A CaffeNet of random weights, its file in the page cache: digest, weights, one forward pass."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bvlc_reference_caffenet.caffemodel")
        file.write_bytes(caffemodel(random_arrays("caffenet"), old=True))
        seconds, held = in_own_process(_opened, file, clock)
        size = file.stat().st_size
    print("\n| file | opened in | held at the most |\n| --- | --- | --- |")
    print(
        f"| CaffeNet, {size / MEGABYTE:.0f} MB | {seconds:.2f} s | {held / size:.2f} × the file |", flush=True
    )


def _opened(file: Path, clock: str) -> tuple[float, int]:
    before, found = resident("VmRSS"), CaffeSource.of("caffenet", file)
    opened: list[Network] = []
    seconds = Stopwatch(clock, 1).once(lambda: (found.digest(), opened.append(found.load())))
    opened[0].scores(torch.zeros(1, 3, 227, 227))
    return seconds, resident("VmHWM") - before
