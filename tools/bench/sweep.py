"""How fast a plan of attributions goes down a network: against Captum, and against a matrix product.

    python -m tools.bench.sweep [TABLE …] [--shared ../shared] [--threads 2] [--clock wall|cpu]

Prints Markdown tables. Everything that is compared is measured in turn in one run; the best of several
rounds counts on every side. `--clock cpu` counts processor time: with one thread it can be trusted on a
machine that is not idle.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
from torch import Tensor

from catvis.backward.edges import ablations, edges
from catvis.backward.front import Front
from catvis.backward.stops import Stop, Stops
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath
from tools.bench.measure import CLOCKS, PRODUCT_FLOP, Stopwatch, counted, product, spent
from tools.bench.memory import growth, opening
from tools.bench.peer import Captum
from tools.bench.plans import CONVOLUTIONS, PICTURE, picture, random_caffenet, spread, sweep, trees
from tools.bench.products import Products

TABLES = ("plans", "growth", "windows", "edges", "opening")
Plan = tuple[str, Network, Callable[[Trace], list[UnitPath]]]


def plans(networks: dict[str, Network]) -> list[Plan]:
    """Single units, and the tiles of trees, each with its network."""
    alexnet = networks["alexnet-conv"]
    to_conv1 = ["fc7", "fc6", *reversed(CONVOLUTIONS)]
    fires = ["fire9", "fire7", "fire5", "fire4", "fire2", "conv1"]
    return [
        ("single units, alexnet-conv", alexnet, lambda trace: spread(trace, CONVOLUTIONS, 40)),
        ("trees, caffenet", random_caffenet(alexnet.preprocessing), lambda trace: trees(trace, to_conv1, 4)),
        ("trees, squeezenet", networks["squeezenet"], lambda trace: trees(trace, fires, 3)),
    ]


def against_captum(watch: Stopwatch, found: Sequence[Plan], file: Path) -> None:
    """Plans here, forward pass included, and unit by unit in Captum; then what the time is spent on.

    The ceiling is what would be reached if nothing but the library's convolutions and products took time.
    """
    print(
        "| plan | attributions | each | Captum's each | times as fast | GFLOP | GFLOP/s | of a product | ceiling |"
    )
    print("| --- " * 9 + "|")
    breakdown = []
    for name, network, paths_of in found:
        batch = picture(network, file)
        trace = Trace(network, batch)
        paths, captum = paths_of(trace), Captum(trace, batch)
        _compare(trace, paths, captum)

        def ours(network: Network = network, batch: Tensor = batch, paths: list[UnitPath] = paths) -> None:
            sweep(Trace(network, batch), paths)

        def theirs(paths: list[UnitPath] = paths, captum: Captum = captum) -> None:
            for path in paths:
                captum.attribution(path.end)

        with counted() as flop, Products() as alone:
            ours()
        fast, slow, dense = watch.in_turn(ours, theirs, product())
        rate, limit = flop[0] / fast / 1e9, PRODUCT_FLOP / dense / 1e9
        ceiling = flop[0] / alone.seconds(watch) / 1e9
        print(
            f"| {name} | {len(paths)} | {1e3 * fast / len(paths):.1f} ms | {1e3 * slow / len(paths):.1f} ms"
            f" | {slow / fast:.1f} | {flop[0] / 1e9:.1f} | {rate:.0f} of {limit:.0f}"
            f" | {100 * rate / limit:.0f} % | {100 * ceiling / limit:.0f} % |",
            flush=True,
        )
        breakdown.append((name, spent(watch, ours)))
    kinds = ["products", "normalisation", "pooling", "ReLUs", "forward pass", "the rest"]
    print(f"\n| of the time | {' | '.join(kinds)} |")
    print("| --- " * (len(kinds) + 1) + "|")
    for name, parts in breakdown:
        shares = " | ".join(f"{100 * parts[kind] / parts.total():.0f} %" for kind in kinds)
        print(f"| {name} | {shares} |", flush=True)


def _compare(trace: Trace, paths: Sequence[UnitPath], captum: Captum) -> None:
    """Stop unless single units have the same attributions here and there."""
    single = [path for path in paths if len(path.units) == 1]
    some = single[:: max(1, len(single) // 10)]
    for number, found in attributions(trace, [Route(path) for path in some]):
        want = captum.attribution(some[number].end).flip(0)
        error = float((found.whole() - want).abs().max() / want.abs().max())
        if error > 1e-5:
            raise SystemExit(f"{some[number]} differs from Captum's by {error}")


@contextmanager
def whole_maps() -> Iterator[None]:
    """Let every gradient start as a whole map of all channels, as it does everywhere else."""
    seed = Stops._seed

    def full(stops: Stops, node: int, there: Sequence[Stop]) -> Front:
        return seed(stops, node, there).full(stops.trace.graph.nodes[node].shape)

    with patch.object(Stops, "_seed", full):
        yield


def windowed(watch: Stopwatch, trace: Trace) -> None:
    """Single units in the window that they see, against whole maps."""
    print("\n| units of | window | whole map | times as fast |\n| --- | --- | --- | --- |")
    for layer in CONVOLUTIONS:
        paths = spread(trace, [layer], 40)
        routes = [Route(path) for path in paths]
        with whole_maps():
            full = dict(attributions(trace, routes))
        for number, found in attributions(trace, routes):
            want = full[number].whole()
            error = float((found.whole() - want).abs().max() / want.abs().max())
            if error > 1e-6:
                raise SystemExit(f"{paths[number]} in its window differs by {error}")

        def slow(paths: Sequence[UnitPath] = paths) -> None:
            with whole_maps():
                sweep(trace, paths)

        fast, full_time = watch.in_turn(lambda paths=paths: sweep(trace, paths), slow)
        each = [1e3 * seconds / len(paths) for seconds in (fast, full_time)]
        print(f"| {layer} | {each[0]:.2f} ms | {each[1]:.1f} ms | {full_time / fast:.0f} |", flush=True)


def together(watch: Stopwatch, trace: Trace) -> None:
    """Edge weights and ablations of many units at once, against one parent or one pair at a time."""
    print("\n| | how many | each | one at a time | times as fast |\n| --- | --- | --- | --- | --- |")
    units = [Unit("conv5", index) for index in range(trace.network.card.layer("conv5").units)]
    active = [unit for unit in units if not trace.is_silent(unit)]
    some = active[:: max(1, len(active) // 20)]

    def edge_by_edge() -> None:
        for unit in some:
            edges(trace, [(UnitPath((unit,)), "conv4")])

    children = edges(trace, [(UnitPath((unit,)), "conv4") for unit in some])
    pairs: list[tuple[Unit, Unit]] = [
        (unit, Unit("conv4", index))
        for unit, found in zip(some, children, strict=True)
        for index in found.strongest(5)
    ]

    def pair_by_pair() -> None:
        for pair in pairs:
            ablations(trace, [pair])

    for name, count, counted_slow, fast_call, slow_call in (
        (
            "edges conv5 → conv4",
            len(active),
            len(some),
            lambda: edges(trace, [(UnitPath((unit,)), "conv4") for unit in active]),
            edge_by_edge,
        ),
        ("ablations in conv4", len(pairs), len(pairs), lambda: ablations(trace, pairs), pair_by_pair),
    ):
        fast, slow = watch.in_turn(fast_call, slow_call)
        each, alone = 1e3 * fast / count, 1e3 * slow / counted_slow
        print(f"| {name} | {count} | {each:.2f} ms | {alone:.2f} ms | {alone / each:.1f} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(TABLES)}; all by default")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if unknown := set(given.tables) - set(TABLES):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    wanted = given.tables or TABLES
    torch.set_num_threads(given.threads)
    os.environ["OMP_NUM_THREADS"] = str(given.threads)  # for the processes that are started
    watch = Stopwatch(given.clock, given.rounds)
    settings = Settings(weights=given.shared / "weights")
    networks = {name: source(name, settings).load() for name in ("alexnet-conv", "squeezenet")}
    file = given.shared / PICTURE
    trace = Trace(networks["alexnet-conv"], picture(networks["alexnet-conv"], file))
    if "plans" in wanted:
        against_captum(watch, plans(networks), file)
    if "growth" in wanted:
        growth(given.shared, given.clock, given.rounds)
    if "windows" in wanted:
        windowed(watch, trace)
    if "edges" in wanted:
        together(watch, trace)
    if "opening" in wanted:
        opening(given.clock)


if __name__ == "__main__":
    main()
